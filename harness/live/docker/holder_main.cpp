// The one program of a holder container, which does nothing: it keeps a node's network namespace,
// with its addresses and its device, while the node's own container is killed and started again.
#include <unistd.h>

#include <csignal>

int main() {
  // As PID 1 it would not hear a signal that it has no handler for.
  std::signal(SIGTERM, [](int) { ::_exit(0); });
  while (true) ::pause();
}
