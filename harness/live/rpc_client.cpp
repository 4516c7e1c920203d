#include "harness/live/rpc_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <stdexcept>

#include "checkers/history/json.hpp"

namespace faultrig::live {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

// A longer line is no answer of any workload; it must not eat the memory.
constexpr std::size_t longest_line = std::size_t{16} << 20;

std::string shortened(std::string_view text) {
  constexpr std::size_t shown = 200;
  if (text.size() <= shown) return std::string(text);
  return fmt::format("{}... ({} bytes)", text.substr(0, shown), text.size());
}

struct Connection {
  Connection(asio::io_context& loop, std::string node_name)
      : socket(loop), node(std::move(node_name)) {}
  tcp::socket socket;
  std::string node;
  bool connected = false;
  std::array<char, 16384> chunk;
  std::string received;  // what has come without its newline
};
using ConnectionPtr = std::shared_ptr<Connection>;

struct Request {
  std::int64_t id;
  std::string line;
  std::size_t sent = 0;  // bytes of the line given to the kernel
  steady_clock::time_point deadline;
  RpcClient::Done done;
};

}  // namespace

// Handlers hold the connection they belong to; one that is no longer `connection_` was dropped, and
// what its handlers still bring is of no interest.
class RpcClient::Implementation : public std::enable_shared_from_this<Implementation> {
 public:
  Implementation(asio::io_context& loop, ClientNetwork& network, int worker,
                 std::chrono::milliseconds timeout)
      : loop_(loop), network_(network), worker_(worker), timeout_(timeout), timer_(loop) {}

  void call(ProcessId process, const std::string& node, const Value& body, Done done) {
    if (request_) throw std::logic_error("rpc client: a request is in flight already");
    Value::Map fields = body.as_map();
    fields.emplace_back("msg_id", ++last_id_);
    const Message message{fmt::format("c{}", process), node, Value(std::move(fields))};
    request_ = Request{last_id_, to_line(message) + "\n", 0, steady_clock::now() + timeout_,
                       std::move(done)};
    arm_timer();
    if (connection_ && connection_->node == node) {
      send(connection_);
    } else {
      drop();
      try {
        connect(node);
      } catch (...) {
        disconnect();
        throw;
      }
    }
  }

  void disconnect() {
    drop();
    request_.reset();
    timer_.cancel();
  }

 private:
  void connect(const std::string& node) {
    connection_ = std::make_shared<Connection>(loop_, node);
    const NodeAddress address = network_.address_of(node);
    const tcp::endpoint endpoint(asio::ip::make_address_v4(address.ip), address.port);
    connection_->socket.assign(tcp::v4(), network_.open_client_socket(worker_));
    connection_->socket.non_blocking(true);
    connection_->socket.set_option(tcp::no_delay(true));
    connection_->socket.async_connect(
        endpoint, [self = shared_from_this(), connection = connection_](error_code error) {
          if (connection == self->connection_) self->on_connected(connection, error);
        });
  }

  void on_connected(const ConnectionPtr& connection, error_code error) {
    if (error) return fail(TransportFailure::not_sent, "cannot connect: " + error.message());
    connection->connected = true;
    receive(connection);
    if (request_) send(connection);
  }

  void send(const ConnectionPtr& connection) {
    error_code error;
    const std::string_view rest = std::string_view(request_->line).substr(request_->sent);
    request_->sent += connection->socket.write_some(asio::buffer(rest), error);
    if (error && error != asio::error::would_block) return fail_sent(error.message());
    if (request_->sent == request_->line.size()) return;
    connection->socket.async_wait(
        tcp::socket::wait_write,
        [self = shared_from_this(), connection, id = request_->id](error_code wait_error) {
          if (connection != self->connection_ || !self->request_ || self->request_->id != id)
            return;
          if (wait_error) return self->fail_sent(wait_error.message());
          self->send(connection);
        });
  }

  void receive(const ConnectionPtr& connection) {
    connection->socket.async_read_some(
        asio::buffer(connection->chunk),
        [self = shared_from_this(), connection](error_code error, std::size_t size) {
          if (connection == self->connection_) self->on_received(connection, error, size);
        });
  }

  void on_received(const ConnectionPtr& connection, error_code error, std::size_t size) {
    if (error)
      return fail_sent(error == asio::error::eof ? "connection closed by the node"
                                                 : error.message());
    std::string& text = connection->received;
    std::size_t searched = text.size();
    text.append(connection->chunk.data(), size);
    std::size_t start = 0;
    for (std::size_t end; (end = text.find('\n', searched)) != std::string::npos;) {
      take_line(std::string_view(text).substr(start, end - start));
      if (connection != connection_) return;  // dropped by what the line said
      start = searched = end + 1;
    }
    text.erase(0, start);
    if (text.size() > longest_line) return malformed("an endless line", text);
    receive(connection);
  }

  void take_line(std::string_view line) {
    if (!request_ || line.empty()) return;
    try {
      const Message message = message_from_line(line);
      const Value* id = message.body.find("in_reply_to");
      if (id == nullptr || !id->is_integer()) return malformed("a body without in_reply_to", line);
      if (id->as_integer() == request_->id) finish(message.body);
    } catch (const JsonError& error) {
      malformed(error.what(), line);
    }
  }

  void malformed(std::string_view what, std::string_view text) {
    drop();
    if (!request_) return;
    finish(RpcMalformed{
        fmt::format("expected an answer as one JSON line, got {}: {}", what, shortened(text))});
  }

  // The connection ended. Nothing was sent only if no byte was given to the kernel.
  void fail_sent(const std::string& detail) {
    const bool sent = request_ && request_->sent > 0;
    fail(sent ? TransportFailure::broken : TransportFailure::not_sent, detail);
  }

  void fail(TransportFailure failure, std::string detail) {
    const std::string node = connection_->node;
    drop();
    if (request_) finish(RpcFailure{failure, fmt::format("{}: {}", node, detail)});
  }

  void drop() {
    if (!connection_) return;
    error_code ignored;
    connection_->socket.close(ignored);
    connection_.reset();
  }

  void finish(const RpcResult& result) {
    const Done done = std::move(request_->done);
    request_.reset();
    done(result);
  }

  // One wait at a time, renewed when it ends: deadlines only grow, so it never ends too late, and a
  // request that is answered costs no timer operation.
  void arm_timer() {
    if (timer_runs_) return;
    timer_runs_ = true;
    timer_.expires_at(request_->deadline);
    timer_.async_wait([self = shared_from_this()](error_code) {
      self->timer_runs_ = false;
      if (!self->request_) return;
      if (self->request_->deadline <= steady_clock::now()) return self->on_timeout();
      self->arm_timer();
    });
  }

  void on_timeout() {
    if (!connection_->connected)
      fail(TransportFailure::not_sent, fmt::format("not connected within {} ms", timeout_.count()));
    else if (request_->sent == 0)
      fail(TransportFailure::not_sent, fmt::format("not writable within {} ms", timeout_.count()));
    else
      fail(TransportFailure::timed_out, fmt::format("no answer within {} ms", timeout_.count()));
  }

  asio::io_context& loop_;
  ClientNetwork& network_;
  int worker_;
  std::chrono::milliseconds timeout_;
  asio::steady_timer timer_;
  bool timer_runs_ = false;
  ConnectionPtr connection_;
  std::optional<Request> request_;
  std::int64_t last_id_ = 0;
};

RpcClient::RpcClient(asio::io_context& loop, ClientNetwork& network, int worker,
                     std::chrono::milliseconds timeout)
    : implementation_(std::make_shared<Implementation>(loop, network, worker, timeout)) {}

RpcClient::~RpcClient() { disconnect(); }

void RpcClient::call(ProcessId process, const std::string& node, const Value& body, Done done) {
  implementation_->call(process, node, body, std::move(done));
}

void RpcClient::disconnect() { implementation_->disconnect(); }

}  // namespace faultrig::live
