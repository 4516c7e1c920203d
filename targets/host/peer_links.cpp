#include "targets/host/peer_links.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>

#include "targets/host/address.hpp"
#include "targets/host/log_line.hpp"

namespace faultrig::host {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds first_wait{10};
constexpr std::chrono::milliseconds longest_wait{500};
constexpr std::chrono::milliseconds connect_patience{400};
constexpr int unacknowledged_ms = 1000;
constexpr std::size_t most_queued_bytes = 4 * 1024 * 1024;

}  // namespace

class PeerLinks::Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::io_context& context, NodeName self, NodeName peer, const std::string& address,
       Random random)
      : socket_(context),
        timer_(context),
        self_(std::move(self)),
        peer_(std::move(peer)),
        random_(random) {
    const Address parsed = parse_address(address);
    endpoint_ = tcp::endpoint(asio::ip::make_address(parsed.ip), parsed.port);
  }

  void connect() {
    const std::uint64_t life = ++life_;
    error_code ignored;
    socket_.close(ignored);
    auto self = shared_from_this();
    socket_.async_connect(endpoint_, [self, life](error_code error) {
      if (life == self->life_) self->on_connected(error);
    });
    timer_.expires_after(connect_patience);
    timer_.async_wait([self, life](error_code error) {
      if (!error && life == self->life_ && !self->connected_) self->retry_later();
    });
  }

  void send(const std::string& line) {
    // A single message may be larger than the bound, else it could never get through.
    if (!connected_ || (!queue_.empty() && queue_.size() + line.size() > most_queued_bytes)) return;
    queue_ += line;
    queue_ += '\n';
    flush();
  }

 private:
  void on_connected(error_code error) {
    if (error) {
      retry_later();
      return;
    }
    timer_.cancel();
    connected_ = true;
    wait_ = first_wait;
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
    socket_.set_option(UserTimeout(unacknowledged_ms), ignored);
    log_line(self_, fmt::format("connected to {}", peer_));
    watch();
  }

  // Peers never write on this connection; reading tells at once when it ends.
  void watch() {
    auto self = shared_from_this();
    const std::uint64_t life = life_;
    socket_.async_read_some(asio::buffer(unexpected_), [self, life](error_code error, std::size_t) {
      if (life != self->life_) return;
      if (error) {
        self->on_broken(error);
      } else {
        self->watch();
      }
    });
  }

  void flush() {
    if (is_writing_ || queue_.empty()) return;
    is_writing_ = true;
    writing_.swap(queue_);
    queue_.clear();
    auto self = shared_from_this();
    const std::uint64_t life = life_;
    asio::async_write(socket_, asio::buffer(writing_), [self, life](error_code error, std::size_t) {
      if (life != self->life_) return;
      self->is_writing_ = false;
      if (error) {
        self->on_broken(error);
      } else {
        self->flush();
      }
    });
  }

  void on_broken(error_code error) {
    log_line(self_, fmt::format("connection to {} lost: {}", peer_, error.message()));
    retry_later();
  }

  void retry_later() {
    const std::uint64_t life = ++life_;
    connected_ = false;
    is_writing_ = false;
    queue_.clear();
    error_code ignored;
    socket_.close(ignored);
    const std::chrono::nanoseconds wait(wait_);
    timer_.expires_after(random_.between(wait / 2, wait));
    wait_ = std::min(2 * wait_, longest_wait);
    auto self = shared_from_this();
    timer_.async_wait([self, life](error_code error) {
      if (!error && life == self->life_) self->connect();
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  tcp::endpoint endpoint_;
  NodeName self_;
  NodeName peer_;
  Random random_;
  std::uint64_t life_ = 0;  // handlers of an earlier connection find another number and do nothing
  bool connected_ = false;
  bool is_writing_ = false;
  std::chrono::milliseconds wait_ = first_wait;
  std::string queue_;
  std::string writing_;
  std::array<char, 512> unexpected_{};
};

PeerLinks::PeerLinks(asio::io_context& context, NodeName self,
                     const std::map<NodeName, std::string>& peers, std::uint64_t seed) {
  const Random random = Random(seed).fork("links of " + self);
  for (const auto& [name, address] : peers) {
    links_[name] = std::make_shared<Link>(context, self, name, address, random.fork(name));
  }
  for (const auto& [name, link] : links_) link->connect();
}

PeerLinks::~PeerLinks() = default;

void PeerLinks::send(const NodeName& dest, const std::string& line) {
  if (const auto at = links_.find(dest); at != links_.end()) at->second->send(line);
}

}  // namespace faultrig::host
