// As waits.cpp, in Java.
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

class Waits {
  static void check(String name, long until) {
    final long early = until - System.currentTimeMillis();
    System.out.println(early > 0 ? name + " ended " + early + " ms early" : name + " ok");
  }

  public static void main(String[] arguments) throws Exception {
    final int milliseconds = Integer.parseInt(arguments[0]);
    final long first = System.currentTimeMillis() + milliseconds;
    // It may return for no reason.
    while (System.currentTimeMillis() < first) LockSupport.parkUntil(first);
    check("parkUntil", first);
    final Thread other = new Thread(() -> {
      final ReentrantLock lock = new ReentrantLock();
      final long until = System.currentTimeMillis() + milliseconds;
      lock.lock();
      try {
        while (lock.newCondition().awaitUntil(new java.util.Date(until))) {}
      } catch (InterruptedException never) {
        return;
      }
      check("awaitUntil", until);
    });
    other.start();
    other.join();
    final Process child = new ProcessBuilder("/bin/sh", "-c", "exit 7").start();
    System.out.println(child.waitFor() == 7 ? "child ok" : "child wrong");
    System.gc();
    System.out.println("end");
  }
}
