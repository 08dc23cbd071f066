package org.apache.spark.sql.wasidata

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

/** What a lambda, its program or its memory did wrong. The text is the native
  * side's: `[wasi-data:status:origin] message`, lines of the program's backtrace,
  * `[wasi-data:end]`; the client finds it in what Spark tells.
  */
class LambdaException(text: String) extends RuntimeException(text) {
  def this(bytes: Array[Byte]) = this(new String(bytes, UTF_8))

  /** Of this side's making. */
  def this(status: Int, message: String) =
    this(s"[wasi-data:$status:0] $message\n[wasi-data:end]")
}

/** The library in the jar, unpacked and loaded once for each JVM. A handle is a
  * task of engines/spark/native/task.h, used by one thread at a time, but for
  * `kill`.
  */
object Native {
  /** Commands and slots, as task.h and lambda.h number them. */
  val Call = 1
  val End = 2
  val Right = 3
  val RightEnd = 4
  val Next = 5
  val Shut = 7
  val Update = 8
  val Combine = 9
  val Finish = 10
  val Scan = 11

  val InputSlot = 0
  val StatesSlot = 1
  val RightSlot = 2

  private val folder = "/org/wasidata/spark/native/"
  private val libraries =
    Seq("libmd.so.0", "libwasmtime.so", "libwasidata_worker.so")

  load()

  /** The files are mapped when they are loaded, so they need not stay. */
  private def load(): Unit = {
    val to = Files.createTempDirectory("wasi-data")
    val paths = libraries.map(unpack(to, _))
    try System.load(paths.last.toString)
    finally {
      paths.foreach(Files.deleteIfExists)
      Files.deleteIfExists(to): Unit
    }
  }

  private def unpack(to: Path, name: String): Path = {
    val from = getClass.getResourceAsStream(folder + name)
    if (from == null)
      throw new IllegalStateException(
        s"wasi-data's jar has no $name: it was built for another machine")
    val path = to.resolve(name)
    try Files.copy(from, path): Unit
    finally from.close()
    path
  }

  @native def version(): String
  @native def open(closure: Array[Byte], folder: String, partition: Int,
      partitions: Int): Long
  @native def close(handle: Long): Unit
  @native def report(handle: Long): Array[Byte]
  @native def kill(handle: Long): Unit
  @native def run(handle: Long, command: Int): Unit
  @native def await(handle: Long, milliseconds: Int): Boolean
  @native def put(handle: Long, slot: Int, rows: Int, nodes: Array[Long],
      buffers: Array[Long]): Unit
  @native def groups(handle: Long, address: Long): Unit
  @native def columns(handle: Long, columns: Array[Int]): Unit
  @native def rows(handle: Long): Int
  @native def more(handle: Long): Boolean
  @native def shape(handle: Long): Array[Long]
  @native def take(handle: Long, buffers: Array[Long]): Unit
}
