// Has memory where the image is to be, so it cannot be given one where waits are trapped; linked
// so by the build. Says that it runs, waits, and says "end".
#include <cstdio>
#include <ctime>

__attribute__((section(".in_the_way"), used)) char in_the_way[4096] = {1};

int main() {
  std::printf("runs\n");
  std::fflush(stdout);
  const timespec past{1, 0};
  clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, nullptr);
  std::printf("end\n");
}
