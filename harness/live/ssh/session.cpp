#include "harness/live/ssh/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "harness/errors.hpp"
#include "harness/live/ssh/deployment.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t upload_piece = 128u << 10;
constexpr std::size_t longest_errors = 4096;
// A host that is gone answers no packet; the kernel need not try for a quarter of an hour.
constexpr unsigned longest_unacknowledged_ms = 10'000;

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* thing) const {
    release(thing);
  }
};
using SessionPointer = std::unique_ptr<ssh_session_struct, Release<ssh_free>>;
using ChannelPointer = std::unique_ptr<ssh_channel_struct, Release<ssh_channel_free>>;
using SftpPointer = std::unique_ptr<sftp_session_struct, Release<sftp_free>>;
using FilePointer = std::unique_ptr<sftp_file_struct, Release<sftp_close>>;
using KeyPointer = std::unique_ptr<ssh_key_struct, Release<ssh_key_free>>;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// libssh appends to the file; two hosts may be met at once.
std::mutex& known_hosts_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

class SshSession::Implementation {
 public:
  Implementation(const SshHost& host, std::string where)
      : host_(host), where_(std::move(where)), session_(ssh_new()) {
    if (!session_) throw EnvironmentError("cannot make", "an ssh session", ENOMEM);
  }
  ~Implementation() {
    {
      const std::lock_guard lock(mutex_);
      descriptor_ = -1;
    }
    guard_.reset();
    channel_.reset();
    sftp_.reset();
    ssh_disconnect(session_.get());
  }

  void log_in(milliseconds patience) {
    const Step step(*this, patience);
    set_options(patience);
    if (ssh_connect(session_.get()) != SSH_OK) {
      fail("cannot connect to", "",
           fmt::format("is it up, and does sshd listen on port {}?{}", host_.port,
                       host_.jump.empty() ? "" : " Does the jump host let us through?"));
    }
    set_socket_options();
    check_host_key();
    authenticate();
  }

  void make_folder(const std::string& path, milliseconds patience) {
    const Step step(*this, patience);
    if (sftp_mkdir(sftp(), path.c_str(), 0700) == 0) return;
    const int code = sftp_get_error(sftp());
    fail("cannot make", path + " on",
         code == SSH_FX_PERMISSION_DENIED || code == SSH_FX_NO_SUCH_FILE
             ? "choose a folder that the user may write: `folder` in the hosts file"
             : "is the disk full, or the folder not writable? `folder` chooses another",
         code == SSH_FX_PERMISSION_DENIED ? EACCES
         : code == SSH_FX_NO_SUCH_FILE    ? ENOENT
                                          : 0);
  }

  void upload(const std::filesystem::path& local, const std::string& path, milliseconds patience) {
    const Step step(*this, patience);
    const Descriptor source(::open(local.c_str(), O_RDONLY | O_CLOEXEC));
    if (!source.is_open()) throw EnvironmentError("cannot read", local.string(), errno);
    FilePointer target(sftp_open(sftp(), path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0700));
    if (!target) refuse_upload(local, path);
    std::string piece(upload_piece, '\0');
    for (ssize_t size; (size = ::read(source.get(), piece.data(), piece.size())) > 0;) {
      if (sftp_write(target.get(), piece.data(), static_cast<std::size_t>(size)) != size)
        refuse_upload(local, path);
    }
    // The disk may turn out to be full only now.
    if (sftp_close(target.release()) != SSH_OK) refuse_upload(local, path);
  }

  void guard_with(const std::string& command, milliseconds patience) {
    const Step step(*this, patience);
    guard_ = open_channel(command);
  }
  void let_go_of_guard() { guard_.reset(); }

  void run(const std::string& command, milliseconds patience) {
    const Step step(*this, patience);
    sftp_.reset();
    channel_ = open_channel(command);
  }

  void write(std::string_view bytes, milliseconds patience) {
    const Step step(*this, patience);
    while (!bytes.empty()) {
      const int size =
          ssh_channel_write(channel_.get(), bytes.data(), static_cast<std::uint32_t>(bytes.size()));
      if (size <= 0) {
        // An agent that has ended says more than that it could not be written to.
        collect_errors();
        if (ssh_channel_is_closed(channel_.get()) != 0) fail_ended();
        fail("cannot write to", "the agent on", "");
      }
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  std::string read(milliseconds patience) {
    const Step step(*this, patience + milliseconds(1'000));
    std::array<char, 65536> chunk;
    const int size = ssh_channel_read_timeout(channel_.get(), chunk.data(), chunk.size(), 0,
                                              static_cast<int>(patience.count()));
    if (size > 0) return {chunk.data(), static_cast<std::size_t>(size)};
    // The channel does not count as ended while its standard error waits to be read.
    const bool goes_on = collect_errors() >= 0 && (size == 0 || size == SSH_AGAIN) &&
                         ssh_channel_is_eof(channel_.get()) == 0 &&
                         ssh_is_connected(session_.get()) != 0;
    if (goes_on) return "";
    fail_ended();
  }

  void enforce_deadline() {
    const std::lock_guard lock(mutex_);
    if (descriptor_ < 0 || steady_clock::now() < step_ends_) return;
    is_late_ = true;
    ::shutdown(descriptor_, SHUT_RDWR);
  }

 private:
  // While it lives, enforce_deadline looks at the clock.
  class Step {
   public:
    Step(Implementation& owner, milliseconds patience) : owner_(owner) {
      const std::lock_guard lock(owner_.mutex_);
      owner_.patience_ = patience;
      owner_.step_ends_ = steady_clock::now() + patience;
    }
    ~Step() {
      const std::lock_guard lock(owner_.mutex_);
      owner_.step_ends_ = steady_clock::time_point::max();
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Implementation& owner_;
  };

  ChannelPointer open_channel(const std::string& command) {
    ChannelPointer channel(ssh_channel_new(session_.get()));
    if (!channel || ssh_channel_open_session(channel.get()) != SSH_OK ||
        ssh_channel_request_exec(channel.get(), command.c_str()) != SSH_OK)
      fail("cannot run", "a command on", "does the account there have a shell?");
    return channel;
  }

  [[noreturn]] void fail(const std::string& action, const std::string& object,
                         const std::string& hint, int error = 0) {
    const std::lock_guard lock(mutex_);
    const std::string place = object.empty() ? where_ : object + " " + where_;
    if (is_late_) {
      throw EnvironmentError(
          action, fmt::format("{}: no answer within {} ms", place, patience_.count()), 0, hint);
    }
    const std::string said = trimmed(ssh_get_error(session_.get()));
    if (error != 0) throw EnvironmentError(action, place, error, hint);
    throw EnvironmentError(action, said.empty() ? place : place + ": " + said, 0, hint);
  }

  void set_options(milliseconds patience) {
    const auto set = [&](ssh_options_e option, const void* value) {
      if (ssh_options_set(session_.get(), option, value) != SSH_OK)
        fail("cannot prepare the connection to", "", "");
    };
    const int read_config = host_.ssh_config ? 1 : 0, no_delay = 1;
    set(SSH_OPTIONS_PROCESS_CONFIG, &read_config);
    set(SSH_OPTIONS_HOST, host_.address.c_str());
    set(SSH_OPTIONS_PORT, &host_.port);
    if (!host_.user.empty()) set(SSH_OPTIONS_USER, host_.user.c_str());
    if (!host_.known_hosts.empty()) set(SSH_OPTIONS_KNOWNHOSTS, host_.known_hosts.c_str());
    if (!host_.jump.empty()) set(SSH_OPTIONS_PROXYCOMMAND, proxy_command(host_).c_str());
    set(SSH_OPTIONS_NODELAY, &no_delay);
    const long seconds = patience.count() / 1000;
    const long microseconds = patience.count() % 1000 * 1000;
    set(SSH_OPTIONS_TIMEOUT, &seconds);
    set(SSH_OPTIONS_TIMEOUT_USEC, &microseconds);
  }

  void set_socket_options() {
    const std::lock_guard lock(mutex_);
    descriptor_ = ssh_get_fd(session_.get());
    // Refused by the socket of a jump, which is none of TCP.
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_USER_TIMEOUT, &longest_unacknowledged_ms,
                 sizeof longest_unacknowledged_ms);
  }

  std::string known_hosts_file() const {
    return host_.known_hosts.empty() ? "~/.ssh/known_hosts" : host_.known_hosts;
  }

  std::string fingerprint() {
    ssh_key found = nullptr;
    if (ssh_get_server_publickey(session_.get(), &found) != SSH_OK) return "?";
    const KeyPointer key(found);
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return "?";
    char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
    std::string copy = text == nullptr ? "?" : text;
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return copy;
  }

  void check_host_key() {
    const std::string name =
        host_.port == 22 ? host_.address : fmt::format("[{}]:{}", host_.address, host_.port);
    switch (ssh_session_is_known_server(session_.get())) {
      case SSH_KNOWN_HOSTS_OK:
        return;
      case SSH_KNOWN_HOSTS_CHANGED:
      case SSH_KNOWN_HOSTS_OTHER:
        throw EnvironmentError(
            "cannot trust",
            fmt::format("{}: its key {} is not the one in {}", where_, fingerprint(),
                        known_hosts_file()),
            0,
            fmt::format("another machine answers there, or somebody in between; if it was "
                        "installed anew: ssh-keygen -f {} -R '{}'",
                        known_hosts_file(), name));
      case SSH_KNOWN_HOSTS_NOT_FOUND:
      case SSH_KNOWN_HOSTS_UNKNOWN:
        return take_new_host();
      case SSH_KNOWN_HOSTS_ERROR:
        break;
    }
    fail("cannot check the key of", "", fmt::format("is {} readable?", known_hosts_file()));
  }

  void take_new_host() {
    if (!host_.accept_new_host) {
      throw EnvironmentError(
          "cannot trust",
          fmt::format("{}: its key {} is not in {}", where_, fingerprint(), known_hosts_file()), 0,
          fmt::format("compare it and add it: ssh-keyscan -p {} {} >> {}; or accept new hosts with "
                      "host_keys = \"accept-new\"",
                      host_.port, host_.address, known_hosts_file()));
    }
    const std::lock_guard lock(known_hosts_mutex());
    if (ssh_session_update_known_hosts(session_.get()) != SSH_OK)
      fail("cannot write down the key of", "", fmt::format("is {} writable?", known_hosts_file()));
  }

  void authenticate() {
    int result = SSH_AUTH_ERROR;
    if (host_.key.empty()) {
      result = ssh_userauth_publickey_auto(session_.get(), nullptr, nullptr);
    } else {
      ssh_key read = nullptr;
      const int imported =
          ssh_pki_import_privkey_file(host_.key.c_str(), nullptr, nullptr, nullptr, &read);
      if (imported != SSH_OK) {
        throw EnvironmentError("cannot read the key", fmt::format("{} for {}", host_.key, where_),
                               imported == SSH_EOF ? ENOENT : 0,
                               "name a private key; one with a passphrase goes through ssh-agent "
                               "(ssh-add, and no `key`)");
      }
      const KeyPointer key(read);
      result = ssh_userauth_publickey(session_.get(), nullptr, key.get());
    }
    if (result == SSH_AUTH_SUCCESS) return;
    const std::string who = host_.user.empty() ? "" : fmt::format(" as user {}", host_.user);
    const std::string with = host_.key.empty() ? "no key of ssh-agent or ~/.ssh was accepted"
                                               : fmt::format("the key {} was refused", host_.key);
    throw EnvironmentError(
        "cannot log in to", fmt::format("{}{}: {}", where_, who, with), 0,
        "add its public half to ~/.ssh/authorized_keys there, or name another with `key`");
  }

  sftp_session sftp() {
    if (sftp_) return sftp_.get();
    sftp_.reset(sftp_new(session_.get()));
    if (!sftp_ || sftp_init(sftp_.get()) != SSH_OK)
      fail("cannot upload to", "", "sshd there needs `Subsystem sftp internal-sftp`");
    return sftp_.get();
  }

  // What has come of standard error; below 0: the channel is of no more use.
  int collect_errors() {
    std::array<char, 4096> chunk;
    int size = 0;
    while ((size = ssh_channel_read_nonblocking(channel_.get(), chunk.data(), chunk.size(), 1)) > 0)
      if (errors_.size() < longest_errors)
        errors_.append(chunk.data(), static_cast<std::size_t>(size));
    return size;
  }

  [[noreturn]] void refuse_upload(const std::filesystem::path& local, const std::string& path) {
    const int code = sftp_get_error(sftp());
    const std::string object = fmt::format("{} to {} on", local.filename().string(), path);
    const std::string folder = std::filesystem::path(path).parent_path();
    // The protocol has no word for a full disk.
    sftp_statvfs_t space = code == SSH_FX_FAILURE ? sftp_statvfs(sftp(), folder.c_str()) : nullptr;
    std::error_code ignored;
    const auto needed = std::filesystem::file_size(local, ignored);
    const bool is_full = space != nullptr && space->f_bavail * space->f_frsize < needed;
    sftp_statvfs_free(space);
    if (is_full) {
      fail("cannot upload", object,
           fmt::format("free {} KiB there, or choose another `folder`", (needed >> 10) + 1),
           ENOSPC);
    }
    fail("cannot upload", object, "may the user write there, and is there room?",
         code == SSH_FX_PERMISSION_DENIED ? EACCES : 0);
  }

  [[noreturn]] void fail_ended() {
    if (ssh_is_connected(session_.get()) == 0 || is_late_)
      fail("lost the connection to", "", "is the host still up?");
    const int status = ssh_channel_get_exit_status(channel_.get());
    const std::string how = status >= 0 ? fmt::format("exit {}", status) : "no exit status";
    const std::string said = trimmed(errors_);
    throw EnvironmentError("lost",
                           fmt::format("the agent on {}: it ended ({}){}{}", where_, how,
                                       said.empty() ? "" : ": ", said),
                           0, remedy_for_exit(status));
  }

  const SshHost host_;
  const std::string where_;
  SessionPointer session_;
  SftpPointer sftp_;
  ChannelPointer channel_, guard_;
  std::string errors_;  // what the command said to standard error
  std::mutex mutex_;    // of what enforce_deadline uses
  int descriptor_ = -1;
  bool is_late_ = false;
  milliseconds patience_{};
  steady_clock::time_point step_ends_ = steady_clock::time_point::max();
};

SshSession::SshSession(const SshHost& host, std::string where)
    : implementation_(std::make_unique<Implementation>(host, std::move(where))) {}
SshSession::~SshSession() = default;
void SshSession::log_in(milliseconds patience) { implementation_->log_in(patience); }
void SshSession::make_folder(const std::string& path, milliseconds patience) {
  implementation_->make_folder(path, patience);
}
void SshSession::upload(const std::filesystem::path& file, const std::string& path,
                        milliseconds patience) {
  implementation_->upload(file, path, patience);
}
void SshSession::guard_with(const std::string& command, std::chrono::milliseconds patience) {
  implementation_->guard_with(command, patience);
}
void SshSession::let_go_of_guard() { implementation_->let_go_of_guard(); }
void SshSession::run(const std::string& command, milliseconds patience) {
  implementation_->run(command, patience);
}
void SshSession::write(std::string_view bytes, milliseconds patience) {
  implementation_->write(bytes, patience);
}
std::string SshSession::read(milliseconds patience) { return implementation_->read(patience); }
void SshSession::enforce_deadline() { implementation_->enforce_deadline(); }

}  // namespace faultrig::live
