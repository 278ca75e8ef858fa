# A JVM: version, and a threaded program from its source.
# app-needs: java
# app-long
# app-timeout: 180
java -version 2>&1 | head -n 1
cat >T.java <<'X'
import java.nio.file.*; import java.util.*; import java.util.concurrent.*; import java.util.stream.*;
public class T {
  public static void main(String[] a) throws Exception {
    ExecutorService e = Executors.newFixedThreadPool(8); List<Future<Long>> fs = new ArrayList<>();
    for (int i = 0; i < 64; i++) { final int k = i; fs.add(e.submit(() -> { long n = 0; for (int j = 0; j < 200000; j++) n += j % (k + 1); return n; })); }
    long s = 0; for (Future<Long> f : fs) s += f.get(); e.shutdown(); System.out.println(s + " " + e.awaitTermination(9, TimeUnit.SECONDS));
    System.out.println(IntStream.range(0, 100000).parallel().filter(x -> x % 7 == 0).count());
    Path p = Files.createTempFile(Path.of("."), "x", "y"); Files.writeString(p, "line\n".repeat(1000)); System.out.println(Files.lines(p).count()); Files.delete(p);
    try (Stream<Path> w = Files.walk(Path.of("/usr/include/linux"))) { System.out.println(w.count()); }
    Process q = new ProcessBuilder("sh", "-c", "echo out; exit 4").start(); System.out.print(new String(q.getInputStream().readAllBytes())); System.out.println(q.waitFor());
    Object o = new Object(); Thread t = new Thread(() -> { synchronized (o) { o.notify(); } }); synchronized (o) { t.start(); o.wait(5000); } t.join(); System.out.println("notified");
    try { int[] z = null; System.out.println(z[0]); } catch (NullPointerException x) { System.out.println("null"); }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook"))); System.gc(); System.out.println(System.getProperty("os.name"));
  }
}
X
if command -v javac >/dev/null; then javac T.java && java T; else java T.java; fi; echo $?
