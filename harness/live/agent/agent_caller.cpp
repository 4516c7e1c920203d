#include "harness/live/agent/agent_caller.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds start_patience{15'000};
constexpr milliseconds between_news{20};
// How often somebody who waits looks whether a step takes too long.
constexpr milliseconds between_looks{100};

// Those after which the news may tell something else.
bool changes_status(AgentVerb verb) {
  return verb == AgentVerb::start || verb == AgentVerb::kill || verb == AgentVerb::pause ||
         verb == AgentVerb::resume;
}

}  // namespace

AgentCaller::AgentCaller(std::string where, std::vector<FollowedFile> follow,
                         std::function<std::unique_ptr<AgentStream>()> open, ResetPlan reset)
    : where_(std::move(where)),
      follow_(std::move(follow)),
      open_(std::move(open)),
      reset_(std::move(reset)),
      thread_([this] { run(); }) {}

void AgentCaller::begin_end() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  changed_.notify_all();
}

AgentCaller::~AgentCaller() {
  begin_end();
  {
    std::unique_lock lock(mutex_);
    // Until the thread has let go of the stream, somebody has to enforce its deadlines.
    while (stream_ != nullptr || (!hello_ && !failure_)) {
      if (stream_ != nullptr) stream_->enforce_deadline();
      changed_.wait_for(lock, between_looks);
    }
  }
  thread_.join();
}

void AgentCaller::run() {
  // A connection that the host has reset is an error of write(2).
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  std::exception_ptr failure;
  try {
    Parting parting{};
    in_stream([&](AgentStream& stream) {
      stream.bring_up();
      greet(stream);
      parting = serve(stream);
    });
    while (parting == Parting::reset) {
      await_boot();
      in_stream([&](AgentStream& stream) {
        stream.bring_up_again();
        greet(stream);
        parting = serve(stream);
      });
    }
    failure = std::make_exception_ptr(
        EnvironmentError("cannot use", "the agent on " + where_ + ": it ended", 0));
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  changed_.notify_all();
}

// While it lasts, others can enforce the stream's deadlines.
void AgentCaller::in_stream(const std::function<void(AgentStream&)>& body) {
  const std::unique_ptr<AgentStream> stream = open_();
  const auto show = [this](AgentStream* shown) {
    const std::lock_guard lock(mutex_);
    stream_ = shown;
  };
  show(stream.get());
  try {
    body(*stream);
  } catch (...) {
    show(nullptr);
    throw;
  }
  show(nullptr);
}

void AgentCaller::greet(AgentStream& stream) {
  reader_ = AgentReader(false);
  AgentMessage hello = exchange(stream, {AgentVerb::hello}, start_patience);
  stream.is_up();
  boot_ = hello.texts.empty() ? "" : hello.texts.back();
  {
    const std::lock_guard lock(mutex_);
    hello_ = std::move(hello);
  }
  changed_.notify_all();
}

AgentMessage AgentCaller::exchange(AgentStream& stream, const AgentMessage& request,
                                   milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  stream.write(to_bytes(request), patience);
  while (true) {
    try {
      if (std::optional<AgentMessage> answer = reader_.next()) return *answer;
    } catch (const EnvironmentError& error) {
      throw EnvironmentError(error.action, error.object + " on " + where_, error.error, error.hint);
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      throw EnvironmentError("lost",
                             fmt::format("{}: no answer within {} ms", where_, patience.count()), 0,
                             "is the host up and reachable? Its agent undoes all by itself");
    }
    reader_.append(stream.read(left));
  }
}

void AgentCaller::ask_for_news(AgentStream& stream) {
  bool there_is_more = true;
  while (there_is_more) {
    AgentMessage request{AgentVerb::news};
    for (const FollowedFile& file : follow_) {
      request.texts.push_back(file.remote);
      request.texts.push_back(std::to_string(file.offset));
    }
    const auto asked = steady_clock::now();
    const AgentMessage news = exchange(stream, request, usual_patience);
    round_trip_ = std::chrono::ceil<milliseconds>(steady_clock::now() - asked);
    expect_done(news, "on " + where_);
    if (news.texts.size() != 1 + 2 * follow_.size())
      throw EnvironmentError("cannot understand", "the agent on " + where_, EPROTO);
    there_is_more = false;
    for (std::size_t i = 0; i < follow_.size(); ++i) {
      const std::string& text = news.texts[2 + 2 * i];
      append_news(follow_[i], news.texts[1 + 2 * i], text);
      there_is_more = there_is_more || text.size() >= most_agent_news;
    }
    const std::lock_guard lock(mutex_);
    status_ = {static_cast<NodeState>(news.number), news.texts[0]};
  }
}

AgentCaller::Parting AgentCaller::serve(AgentStream& stream) {
  while (true) {
    std::optional<AgentMessage> request;
    milliseconds patience{};
    std::uint64_t ticket = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, between_news, [&] { return request_ || is_ending_; });
      if (is_ending_) break;
      request.swap(request_);
      patience = patience_;
      ticket = ticket_;
    }
    if (!request) {
      ask_for_news(stream);
      continue;
    }
    std::optional<AgentMessage> refusal;
    if (request->verb == AgentVerb::power_off && !(refusal = refusal_to_reset(stream)))
      return Parting::reset;
    AgentMessage answer = refusal ? std::move(*refusal) : exchange(stream, *request, patience);
    if (changes_status(request->verb)) ask_for_news(stream);
    {
      const std::lock_guard lock(mutex_);
      if (ticket == ticket_) answer_ = std::move(answer);
    }
    changed_.notify_all();
  }
  ask_for_news(stream);
  exchange(stream, {AgentVerb::end}, start_patience);
  return Parting::ended;
}

void AgentCaller::wait_for(std::unique_lock<std::mutex>& lock,
                           const std::function<bool()>& condition) {
  while (!condition()) {
    if (failure_) std::rethrow_exception(failure_);
    if (stream_ != nullptr) stream_->enforce_deadline();
    changed_.wait_for(lock, between_looks);
  }
}

AgentMessage AgentCaller::wait_until_up() {
  AgentMessage hello;
  {
    std::unique_lock lock(mutex_);
    wait_for(lock, [&] { return hello_.has_value(); });
    hello = *hello_;
  }
  expect_done(hello, "on " + where_);
  return hello;
}

bool AgentCaller::is_up() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  if (stream_ != nullptr) stream_->enforce_deadline();
  return hello_.has_value();
}

void AgentCaller::begin(AgentMessage request, milliseconds patience) {
  const std::lock_guard lock(mutex_);
  answer_.reset();
  ++ticket_;
  request_ = std::move(request);
  patience_ = patience;
  changed_.notify_all();
}

AgentMessage AgentCaller::finish() {
  AgentMessage answer;
  {
    std::unique_lock lock(mutex_);
    wait_for(lock, [&] { return answer_.has_value(); });
    answer = std::move(*answer_);
    answer_.reset();
  }
  expect_done(answer, "on " + where_);
  return answer;
}

NodeStatus AgentCaller::status() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return status_;
}

}  // namespace faultrig::live
