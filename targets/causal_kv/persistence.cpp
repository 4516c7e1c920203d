// Persist before promise: the log goes to the disk in its order, one write of the disk at a time;
// what is taken meanwhile shares the next one and its sync. What is safe is shown, acknowledged and
// sent out, in this order.
#include <utility>

#include "targets/causal_kv/causal_node.hpp"
#include "targets/causal_kv/storage.hpp"

namespace faultrig::causal_kv {

void CausalNode::write_out() {
  if (bugs_.has(Bug::show_before_durable)) show(log_.size());
  if (is_writing_ || written_ == log_.size()) return;
  std::string bytes;
  for (; written_ < log_.size(); ++written_) append_write(bytes, *log_.at(written_));
  const bool sync = !bugs_.has(Bug::ack_before_store);
  effects_->persist(
      {++last_write_, DiskWrite::Kind::append, log_file_name, std::move(bytes), sync});
  is_writing_ = true;
  // Nothing comes back for a write that is not synced.
  if (!sync) on_persisted(last_write_);
}

void CausalNode::replace_file() {
  effects_->persist(
      {++last_write_, DiskWrite::Kind::replace, log_file_name, encode_file(log_), true});
  is_writing_ = true;
}

void CausalNode::on_persisted(PersistId id) {
  if (id != last_write_ || !is_writing_) return;
  is_writing_ = false;
  const std::size_t safe_before = std::exchange(safe_, written_);
  show(safe_);
  announce(safe_before);
}

void CausalNode::announce(std::size_t safe_before) {
  while (!waiters_.empty() && waiters_.front().place < safe_) {
    acknowledge(waiters_.front());
    waiters_.pop_front();
  }
  for (std::size_t place = safe_before; place < safe_; ++place) {
    const SharedWrite& write = log_.at(place);
    safe_clock_.raise(write->origin, write->sequence);
    if (write->origin == self_) send_to_all(NewWrite{write});
  }
}

void CausalNode::show(std::size_t end) {
  for (; shown_ < end; ++shown_) {
    const SharedWrite& write = log_.at(shown_);
    shown_clock_.raise(write->origin, write->sequence);
    if (bugs_.has(Bug::no_tie_break) && write->kind == WriteKind::put) {
      const Write* now = store_.find(write->key);
      if (now == nullptr || write->stamp >= now->stamp) store_.put(write);
    } else {
      store_.apply(write);
    }
  }
}

}  // namespace faultrig::causal_kv
