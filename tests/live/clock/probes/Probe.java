// As probe.cpp, in Java: how many milliseconds the wall clock has moved against the monotonic one.
class Probe {
  public static void main(String[] arguments) throws InterruptedException {
    final long wall = System.currentTimeMillis();
    final long then = System.nanoTime();
    while (true) {
      final long moved = System.currentTimeMillis() - wall - (System.nanoTime() - then) / 1_000_000;
      System.out.println(moved);
      Thread.sleep(1);
    }
  }
}
