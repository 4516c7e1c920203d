// What one host does to packets on their way out beyond letting them go: late, damaged, or no
// faster than so. The kernel's netem does it; an nftables rule (see packet_filter.hpp) decides for
// each packet and counts it, which netem does not. The rule also makes copies, as kernels since
// 2025 refuse a netem that does so beside others.
//
// A device gets the discipline prio: band 0 for all other packets, then two for each peer, one for
// each Lane; a rule names the band by the packet's priority. Healing takes it off and the kernel's
// default comes back; a device whose administrator chose one is refused. The handle follows from
// the table's name, so undoing needs no memory. Source: tc-prio(8), tc-netem(8), linux/pkt_sched.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/link_rules.hpp"
#include "harness/live/agent/packet_filter.hpp"

namespace faultrig::live {

// Where it is tried what the kernel has: in a network namespace made for that, or on the loopback
// device of ours, which no one else uses.
enum class ShaperTrial { elsewhere, here };

class PacketShaper {
 public:
  // For the device on the way to each peer, in the calling thread's network namespace. Changes
  // nothing yet. Throws EnvironmentError.
  PacketShaper(std::string table, const std::vector<NamedAddress>& peers);
  ~PacketShaper() { remove(table_); }
  PacketShaper(const PacketShaper&) = delete;
  PacketShaper& operator=(const PacketShaper&) = delete;

  // Makes the lanes that the rule needs and says where its packets are to go. In force once the
  // filter steers there. Throws EnvironmentError.
  Steering prepare(const std::string& peer, const LinkRule& rule);
  // Takes off everything; what is on its way is dropped.
  void clear() { remove(table_); }

  // Of a table whose shaper may be gone.
  static void remove(const std::string& table);
  // Why packets to these peers cannot be had late and so on; empty when they can.
  static std::string obstacle(const std::string& table, const std::vector<NamedAddress>& peers,
                              ShaperTrial trial = ShaperTrial::elsewhere);

 private:
  enum Lane { plain, corrupting, lanes };
  struct Way {
    int device = 0;
    int number = 0;  // of the peer
  };
  std::uint32_t band(const Way& way, Lane lane) const;
  void make_lane(const Way& way, Lane lane, const LinkRule& rule);
  void remove_lane(const Way& way, Lane lane);
  std::string table_;
  std::map<std::string, Way> ways_;
};

}  // namespace faultrig::live
