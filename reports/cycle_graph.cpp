#include "reports/cycle_graph.hpp"

#include <fmt/format.h>
#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>

#include <mutex>
#include <set>
#include <string>

#include "reports/causal_story.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

// One for all drawings, and kept: the text plugin remembers a font of the context before, and looks
// at it again though that context has been freed.
GVC_t* context() {
  static GVC_t* const kept = gvContext();
  return kept;
}

// The graph and its layout, which must go before it.
class Drawing {
 public:
  explicit Drawing(GVC_t* context)
      : context_(context), graph_(agopen(text("cycle"), Agdirected, nullptr)) {
    set_default(AGRAPH, "bgcolor", "transparent");
    set_default(AGRAPH, "nodesep", "0.5");
    set_default(AGNODE, "shape", "box");
    set_default(AGNODE, "style", "rounded");
    // Wider than what the page's style sheet makes of it, since fonts differ.
    set_default(AGNODE, "fontname", "Helvetica");
    set_default(AGNODE, "fontsize", "13");
    set_default(AGNODE, "label", "");
    set_default(AGEDGE, "fontname", "Helvetica");
    set_default(AGEDGE, "fontsize", "13");
    set_default(AGEDGE, "label", "");
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;
  ~Drawing() {
    if (is_laid_out_) gvFreeLayout(context_, graph_);
    agclose(graph_);
  }

  void add_node(std::size_t number, const std::string& label) {
    set(agnode(graph_, text(std::to_string(number)), 1), label);
  }
  // Both nodes were added.
  void add_edge(std::size_t from, std::size_t to, const std::string& label) {
    Agnode_t* tail = agnode(graph_, text(std::to_string(from)), 0);
    Agnode_t* head = agnode(graph_, text(std::to_string(to)), 0);
    set(agedge(graph_, tail, head, nullptr, 1), label);
  }

  std::string svg() {
    is_laid_out_ = gvLayout(context_, graph_, "dot") == 0;
    char* data = nullptr;
    unsigned length = 0;
    if (!is_laid_out_ || gvRenderData(context_, graph_, "svg", &data, &length) != 0) return "";
    std::string picture(data, length);
    gvFreeRenderData(data);
    // Before the element stand an XML declaration and a document type, which have no place in a
    // page.
    const std::size_t begin = picture.find("<svg");
    return begin == std::string::npos ? "" : picture.substr(begin);
  }

 private:
  // The interface predates const; it copies what it is given.
  static char* text(const std::string& words) { return const_cast<char*>(words.c_str()); }
  void set_default(int kind, const std::string& name, const std::string& value) {
    agattr(graph_, kind, text(name), text(value));
  }
  // In labels a backslash leads an escape sequence.
  static void set(void* object, const std::string& label) {
    std::string escaped;
    for (const char c : label) {
      escaped += c == '\\' ? "\\\\" : c == '\n' ? "\\n" : std::string(1, c);
    }
    agset(object, text("label"), text(escaped));
  }

  GVC_t* context_;
  Agraph_t* graph_;
  bool is_laid_out_ = false;
};

}  // namespace

std::string cycle_graph(const NotCausal& evidence) {
  if (evidence.cycle.empty()) return "";
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  Drawing drawing(context());
  std::set<std::size_t> shown;
  for (const std::size_t link : evidence.cycle) {
    for (const std::size_t number : {evidence.links[link].from, evidence.links[link].to}) {
      if (!shown.insert(number).second) continue;
      const Operation& operation = evidence.operations[number];
      drawing.add_node(number, fmt::format("#{} {}\nprocess {}", number + 1, describe(operation),
                                           operation.process));
    }
  }
  for (const std::size_t link : evidence.cycle) {
    std::string reason = wrapped(reason_words(evidence, evidence.links[link]), "", 30);
    reason.pop_back();  // the last line's end
    drawing.add_edge(evidence.links[link].from, evidence.links[link].to, reason);
  }
  return drawing.svg();
}

}  // namespace faultrig
