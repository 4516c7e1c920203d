#include "harness/live/clock/elf_image.hpp"

#include <elf.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstring>

namespace faultrig::live {
namespace {

// What the dynamic section points to.
struct Tables {
  const char* texts = nullptr;
  const Elf64_Sym* symbols = nullptr;
  const Elf64_Word* hash = nullptr;
  const Elf64_Word* gnu_hash = nullptr;
  const Elf64_Versym* versions = nullptr;
  const Elf64_Verdef* definitions = nullptr;
  std::size_t definition_count = 0;
  const char* name = "";
};

const Elf64_Phdr* segment(const char* start, Elf64_Word type) {
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(start);
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(start + header->e_phoff);
  for (int i = 0; i < header->e_phnum; ++i)
    if (segments[i].p_type == type) return &segments[i];
  return nullptr;
}

// The chains of the hash end with the last symbol.
std::size_t symbols_by_gnu_hash(const Elf64_Word* table) {
  const Elf64_Word buckets = table[0], first = table[1], filter_words = table[2];
  const Elf64_Word* bucket = table + 4 + filter_words * 2;
  const Elf64_Word* chain = bucket + buckets;
  Elf64_Word last = 0;
  for (Elf64_Word i = 0; i < buckets; ++i) last = std::max(last, bucket[i]);
  if (last < first) return first;
  while ((chain[last - first] & 1) == 0) ++last;
  return last + 1;
}

std::size_t symbol_count(const Tables& tables) {
  if (tables.hash != nullptr) return tables.hash[1];
  return tables.gnu_hash != nullptr ? symbols_by_gnu_hash(tables.gnu_hash) : 0;
}

std::string version_of(const Tables& tables, std::size_t symbol) {
  if (tables.versions == nullptr) return "";
  const unsigned wanted = tables.versions[symbol] & 0x7fffu;
  const auto* definition = tables.definitions;
  for (std::size_t i = 0; i < tables.definition_count; ++i) {
    const auto* bytes = reinterpret_cast<const char*>(definition);
    if (definition->vd_ndx == wanted && (definition->vd_flags & VER_FLG_BASE) == 0) {
      const auto* part = reinterpret_cast<const Elf64_Verdaux*>(bytes + definition->vd_aux);
      return tables.texts + part->vda_name;
    }
    definition = reinterpret_cast<const Elf64_Verdef*>(bytes + definition->vd_next);
  }
  return "";
}

// The kernel's vDSO is linked for address 0 and not relocated, so its addresses are offsets.
Tables read_tables(const char* start, ElfImage& image) {
  Tables tables;
  const Elf64_Phdr* dynamic = segment(start, PT_DYNAMIC);
  if (dynamic == nullptr) return tables;
  std::uint64_t name = 0;
  for (const auto* entry = reinterpret_cast<const Elf64_Dyn*>(start + dynamic->p_vaddr);
       entry->d_tag != DT_NULL; ++entry) {
    const char* target = start + entry->d_un.d_ptr;
    if (entry->d_tag == DT_STRTAB) tables.texts = target;
    if (entry->d_tag == DT_SYMTAB) tables.symbols = reinterpret_cast<const Elf64_Sym*>(target);
    if (entry->d_tag == DT_HASH) tables.hash = reinterpret_cast<const Elf64_Word*>(target);
    if (entry->d_tag == DT_GNU_HASH) tables.gnu_hash = reinterpret_cast<const Elf64_Word*>(target);
    if (entry->d_tag == DT_VERSYM) tables.versions = reinterpret_cast<const Elf64_Versym*>(target);
    if (entry->d_tag == DT_VERDEF)
      tables.definitions = reinterpret_cast<const Elf64_Verdef*>(target);
    if (entry->d_tag == DT_VERDEFNUM) tables.definition_count = entry->d_un.d_val;
    if (entry->d_tag == DT_SONAME) name = entry->d_un.d_val;
    if (entry->d_tag == DT_REL || entry->d_tag == DT_RELA || entry->d_tag == DT_JMPREL)
      ++image.relocations;
  }
  if (tables.texts != nullptr) tables.name = tables.texts + name;
  return tables;
}

std::optional<std::uint64_t> find_system_call(const char* start) {
  const Elf64_Phdr* load = segment(start, PT_LOAD);
  if (load == nullptr || (load->p_flags & PF_X) == 0) return std::nullopt;
#if defined(__aarch64__)
  constexpr std::string_view instruction("\x01\x00\x00\xd4", 4);
#else
  constexpr std::string_view instruction("\x0f\x05", 2);
#endif
  const void* found = ::memmem(start, load->p_filesz, instruction.data(), instruction.size());
  if (found == nullptr) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<const char*>(found) - start);
}

}  // namespace

std::uint64_t ElfImage::find(std::string_view function) const {
  for (const ElfFunction& known : functions)
    if (known.name == function) return known.offset;
  return 0;
}

ElfImage read_elf_image(const void* start) {
  const auto* bytes = static_cast<const char*>(start);
  ElfImage image;
  const Tables tables = read_tables(bytes, image);
  image.name = tables.name;
  image.system_call = find_system_call(bytes);
  if (tables.symbols == nullptr || tables.texts == nullptr) return image;
  for (std::size_t i = 0; i < symbol_count(tables); ++i) {
    const Elf64_Sym& symbol = tables.symbols[i];
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
    image.functions.push_back(
        {tables.texts + symbol.st_name, version_of(tables, i), symbol.st_value});
  }
  return image;
}

const void* own_vdso() { return reinterpret_cast<const void*>(::getauxval(AT_SYSINFO_EHDR)); }

}  // namespace faultrig::live
