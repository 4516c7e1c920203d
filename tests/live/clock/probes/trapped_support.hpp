// What trapped.cpp needs to say what is wrong, to name times and to wait until them.
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>

namespace {

constexpr std::int64_t second = 1'000'000'000;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("wrong: %s (%s)\n", what, std::strerror(errno));
  std::fflush(stdout);
}

timespec from_now(std::int64_t nanoseconds, clockid_t id = CLOCK_REALTIME) {
  timespec now{};
  clock_gettime(id, &now);
  const std::int64_t time = now.tv_sec * second + now.tv_nsec + nanoseconds;
  return {time / second, time % second};
}

timespec in_an_hour() { return from_now(3'600 * second); }

bool has_passed(const timespec& time) {
  const timespec now = from_now(0);
  return now.tv_sec > time.tv_sec || (now.tv_sec == time.tv_sec && now.tv_nsec >= time.tv_nsec);
}

void* bad_address() {
  static void* const page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page;
}

// The kernel has put the thread to sleep.
void await_asleep(pid_t thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/stat";
  while (true) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    const std::size_t end = line.rfind(')');
    if (end != std::string::npos && line.size() > end + 2 && line[end + 2] == 'S') return;
    usleep(1'000);
  }
}

int wait_on_semaphore(const timespec& until) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  return sem_timedwait(&semaphore, &until) == 0 ? 0 : errno;
}

int sleep_until(const timespec& until) {
  return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, nullptr);
}

int wait_on_condition(const timespec& until) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  int result = 0;
  while (result == 0) result = pthread_cond_timedwait(&condition, &mutex, &until);
  pthread_mutex_unlock(&mutex);
  return result;
}

}  // namespace
