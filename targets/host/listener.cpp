#include "targets/host/listener.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio.hpp>

#include "checkers/history/json.hpp"
#include "harness/errors.hpp"
#include "targets/host/address.hpp"
#include "targets/host/log_line.hpp"

namespace faultrig::host {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// What the connections share. Lives as long as any of them.
class Listener::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& context, NodeName own_name, std::set<NodeName> peer_names,
        std::function<void(Message)> deliver_message)
      : self(std::move(own_name)),
        peers(std::move(peer_names)),
        deliver(std::move(deliver_message)),
        acceptor_(context),
        pause_(context) {}

  void listen(const std::string& address) {
    const Address parsed = parse_address(address);
    const tcp::endpoint endpoint(asio::ip::make_address(parsed.ip), parsed.port);
    const auto check = [&](const error_code& error) {
      if (error) throw EnvironmentError("cannot listen on", address, error.value());
    };
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    check(error);
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    check(error);
    acceptor_.bind(endpoint, error);
    check(error);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    check(error);
    log_line(self, fmt::format("listening on {}", address));
    accept();
  }

  const NodeName self;
  const std::set<NodeName> peers;
  const std::function<void(Message)> deliver;
  std::map<std::string, std::weak_ptr<Connection>> clients;

 private:
  void accept();
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

class Listener::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<State> state)
      : socket_(std::move(socket)), state_(std::move(state)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  }

  void read() {
    auto self = shared_from_this();
    socket_.async_read_some(asio::buffer(chunk_), [self](error_code error, std::size_t count) {
      if (error) {
        self->close("");
      } else if (self->take(count)) {
        self->read();
      }
    });
  }

  void send(const std::string& line) {
    if (is_closed_) return;
    if (queue_.size() + line.size() > most_unread_bytes) {
      close("a client does not read its answers");
      return;
    }
    queue_ += line;
    queue_ += '\n';
    flush();
  }

 private:
  // False when the connection was closed.
  bool take(std::size_t count) {
    const std::size_t searched = line_.size();
    line_.append(chunk_.data(), count);
    std::size_t begin = 0;
    std::size_t end = line_.find('\n', searched);
    for (; end != std::string::npos; end = line_.find('\n', begin)) {
      on_line(std::string_view(line_).substr(begin, end - begin));
      if (is_closed_) return false;
      begin = end + 1;
    }
    line_.erase(0, begin);
    if (line_.size() > (is_peer_ ? longest_peer_line : longest_client_line)) {
      close(fmt::format("a line is longer than {} bytes", line_.size() - 1));
      return false;
    }
    return true;
  }

  void on_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    std::optional<Message> message;
    try {
      message = message_from_line(line);
    } catch (const JsonError& error) {
      refuse("?", ErrorCode::malformed_request, error.what());
    }
    if (!message) return;
    if (message->dest != state_->self) {
      Message reply =
          error_reply(*message, ErrorCode::node_not_found, fmt::format("this is {}", state_->self));
      reply.src = state_->self;
      send(to_line(reply));
      return;
    }
    if (state_->peers.contains(message->src)) {
      is_peer_ = true;
    } else if (!remember(message->src)) {
      return;
    }
    state_->deliver(std::move(*message));
  }

  bool remember(const std::string& client) {
    if (!names_.insert(client).second) {
      state_->clients[client] = weak_from_this();
      return true;
    }
    if (names_.size() > most_names_of_a_connection) {
      close("a connection speaks for too many clients");
      return false;
    }
    state_->clients[client] = weak_from_this();
    return true;
  }

  void refuse(const std::string& dest, ErrorCode code, const std::string& text) {
    if (!has_complained_) log_line(state_->self, "a line that is no message: " + text);
    has_complained_ = true;
    send(to_line(
        {state_->self, dest,
         Value::map(
             {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", text}})}));
  }

  void flush() {
    if (is_writing_ || queue_.empty()) return;
    is_writing_ = true;
    writing_.swap(queue_);
    queue_.clear();
    auto self = shared_from_this();
    asio::async_write(socket_, asio::buffer(writing_), [self](error_code error, std::size_t) {
      self->is_writing_ = false;
      if (error) {
        self->close("");
      } else {
        self->flush();
      }
    });
  }

  void close(const std::string& why) {
    if (is_closed_) return;
    is_closed_ = true;
    if (!why.empty()) log_line(state_->self, "connection closed: " + why);
    error_code ignored;
    socket_.close(ignored);
    for (const std::string& name : names_) {
      const auto at = state_->clients.find(name);
      if (at != state_->clients.end() && at->second.lock().get() == this) {
        state_->clients.erase(at);
      }
    }
  }

  tcp::socket socket_;
  std::shared_ptr<State> state_;
  std::array<char, 64 * 1024> chunk_{};
  std::string line_;
  std::string queue_;
  std::string writing_;
  std::set<std::string> names_;
  bool is_peer_ = false;
  bool is_writing_ = false;
  bool is_closed_ = false;
  bool has_complained_ = false;
};

void Listener::State::accept() {
  auto state = shared_from_this();
  acceptor_.async_accept([state](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      std::make_shared<Connection>(std::move(socket), state)->read();
      state->accept();
      return;
    }
    // Out of descriptors, most likely: those in use must end first.
    log_line(state->self, "cannot accept a connection: " + error.message());
    state->pause_.expires_after(std::chrono::milliseconds(100));
    state->pause_.async_wait([state](error_code stopped) {
      if (!stopped) state->accept();
    });
  });
}

Listener::Listener(asio::io_context& context, NodeName self, std::set<NodeName> peers,
                   const std::string& address, std::function<void(Message)> deliver)
    : state_(
          std::make_shared<State>(context, std::move(self), std::move(peers), std::move(deliver))) {
  state_->listen(address);
}

Listener::~Listener() = default;

void Listener::send_to_client(const Message& message) {
  const auto at = state_->clients.find(message.dest);
  if (at == state_->clients.end()) return;
  if (const std::shared_ptr<Connection> connection = at->second.lock()) {
    connection->send(to_line(message));
  }
}

}  // namespace faultrig::host
