package org.apache.spark.sql.wasidata

import java.io.File

import scala.jdk.CollectionConverters._

import org.apache.arrow.memory.{ArrowBuf, BufferAllocator}
import org.apache.arrow.vector.{BitVector, VectorLoader, VectorSchemaRoot, VectorUnloader}
import org.apache.arrow.vector.ipc.message.{ArrowFieldNode, ArrowRecordBatch}

import org.apache.spark.{SparkFiles, TaskContext}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.UnsafeRow
import org.apache.spark.sql.execution.SparkPlan
import org.apache.spark.sql.execution.arrow.ArrowWriter
import org.apache.spark.sql.execution.metric.{SQLMetric, SQLMetrics}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.ArrowUtils
import org.apache.spark.sql.vectorized.{ArrowColumnVector, ColumnarBatch, ColumnVector}

private object Task {
  /** How long a thread waits before it looks whether it was told to stop. */
  val PollMilliseconds = 100

  /** What is given to a lambda at once, at most. */
  val BatchRows = 16384
  val BatchBytes: Long = 8L << 20

  def arrowSchema(schema: StructType): org.apache.arrow.vector.types.pojo.Schema =
    ArrowUtils.toArrowSchema(schema, "UTC", errorOnDuplicatedFieldNames = false,
      largeVarTypes = false)
}

/** What an operator of ours shows in Spark's UI. */
final case class LambdaMetrics(rowsIn: SQLMetric, rowsOut: SQLMetric,
    batches: SQLMetric, time: SQLMetric)

/** An operator that calls a lambda. */
trait LambdaOperator extends SparkPlan {
  override lazy val metrics: Map[String, SQLMetric] = Map(
    "rowsIn" -> SQLMetrics.createMetric(sparkContext, "rows to the lambda"),
    "numOutputRows" ->
      SQLMetrics.createMetric(sparkContext, "rows of the lambda"),
    "batches" -> SQLMetrics.createMetric(sparkContext, "batches of the lambda"),
    "time" ->
      SQLMetrics.createNanoTimingMetric(sparkContext, "time in the lambda"))

  protected def lambdaMetrics: Option[LambdaMetrics] =
    Some(LambdaMetrics(metrics("rowsIn"), metrics("numOutputRows"),
      metrics("batches"), metrics("time")))
}

/** A lambda at work in a Spark task; ended with it. The partition is the task's,
  * but for table functions, which have partitions of their own.
  */
private final class Task(spec: LambdaSpec, metrics: Option[LambdaMetrics],
    context: TaskContext, partition: Int, partitions: Int) {
  def this(spec: LambdaSpec, metrics: Option[LambdaMetrics]) =
    this(spec, metrics, TaskContext.get(), TaskContext.get().partitionId(),
      TaskContext.get().numPartitions())

  val allocator: BufferAllocator =
    ArrowUtils.rootAllocator.newChildAllocator("wasi-data", 0, Long.MaxValue)
  private var handle = 0L
  private var finished = false
  private var closed = false
  private var resources: List[AutoCloseable] = Nil
  private var calls, rowsIn, rowsOut, nanoseconds = 0L

  context.addTaskCompletionListener[Unit](_ => close())
  handle = Native.open(spec.closure.toByteArray,
    new File(SparkFiles.getRootDirectory(), spec.folder).getPath,
    partition, partitions)
  await()

  /** Closes it with the task, before the memory goes. */
  def keep[A <: AutoCloseable](resource: A): A = {
    resources = resource :: resources
    resource
  }

  def close(): Unit = {
    if (handle != 0) {
      try report()
      finally Native.close(handle)
    }
    handle = 0
    resources.foreach(_.close())
    resources = Nil
    if (!closed) allocator.close()
    closed = true
  }

  private def report(): Unit = {
    metrics.foreach { shown =>
      shown.rowsIn += rowsIn
      shown.rowsOut += rowsOut
      shown.batches += calls
      shown.time += nanoseconds
    }
    spec.figures.foreach { figures =>
      val report = new Report
      report.count("lambdas", "calls", calls)
      report.count("lambdas", "rows-in", rowsIn)
      report.count("lambdas", "rows-out", rowsOut)
      report.count("lambdas", "nanoseconds", nanoseconds)
      Option(Native.report(handle)).foreach(report.read)
      figures.add(report)
    }
  }

  private def await(): Unit =
    try {
      while (!Native.await(handle, Task.PollMilliseconds))
        if (context.isInterrupted()) Native.kill(handle)
    } catch {
      case failure: LambdaException =>
        context.killTaskIfInterrupted()
        throw failure
    }

  /** Gives a command and waits for its end. One that gives rows at once again
    * and again is told to stop between them.
    */
  def run(command: Int): Unit = {
    context.killTaskIfInterrupted()
    val begin = System.nanoTime()
    Native.run(handle, command)
    await()
    nanoseconds += System.nanoTime() - begin
    calls += 1
    if (command != Native.Update && command != Native.Combine)
      rowsOut += math.max(rows, 0) // others are states
  }

  /** When all was read: the lambda may still fail as it puts things away. */
  def finish(): Unit =
    if (!finished) {
      finished = true
      run(Native.Shut)
    }

  def put(slot: Int, rows: Int, nodes: Array[Long],
      buffers: Array[Long]): Unit = {
    if (slot == Native.InputSlot || spec.mode == LambdaMessage.CoGroups)
      rowsIn += rows
    Native.put(handle, slot, rows, nodes, buffers)
  }

  def groups(address: Long): Unit = Native.groups(handle, address)

  def columns(wanted: Array[Int]): Unit = Native.columns(handle, wanted)

  /** Rows of the output, -1 for none. */
  def rows: Int = Native.rows(handle)

  def more: Boolean = Native.more(handle)

  def shape(): Array[Long] = Native.shape(handle)

  def take(buffers: Array[Long]): Unit = Native.take(handle, buffers)
}

/** Rows of Spark's on their way into a lambda. */
private final class Input(task: Task, schema: StructType) {
  private val root = task.keep(
    VectorSchemaRoot.create(Task.arrowSchema(schema), task.allocator))
  private val writer = ArrowWriter.create(root)
  private val unloader = new VectorUnloader(root)
  private var bytes = 0L
  var rows = 0

  def isFull: Boolean = rows >= Task.BatchRows || bytes >= Task.BatchBytes

  def write(row: InternalRow): Unit = {
    writer.write(row)
    rows += 1
    row match {
      case known: UnsafeRow => bytes += known.getSizeInBytes
      case _ => if (rows % 256 == 0) bytes = writer.sizeInBytes()
    }
  }

  /** Runs the command on what was written, and begins anew. */
  def call(slot: Int, command: Int): Unit = offer(slot)(task.run(command))

  /** The batch stays while the function runs. */
  def offer(slot: Int)(body: => Unit): Unit = {
    writer.finish()
    root.setRowCount(rows)
    val batch = unloader.getRecordBatch
    try {
      task.put(slot, rows,
        batch.getNodes.asScala.iterator
          .flatMap(n => Iterator(n.getLength.toLong, n.getNullCount.toLong)).toArray,
        batch.getBuffers.asScala.iterator
          .flatMap(b => Iterator(b.memoryAddress() + b.readerIndex(), b.readableBytes()))
          .toArray)
      body
    } finally batch.close()
    writer.reset()
    rows = 0
    bytes = 0
  }
}

/** What a lambda gave, as Spark's columns: those of the last `take`. */
private final class Output(task: Task, schema: StructType, columns: Int) {
  private val root = task.keep(
    VectorSchemaRoot.create(Task.arrowSchema(schema), task.allocator))
  private val loader = new VectorLoader(root)
  private val nodes = root.getSchema.getFields.asScala.map(count).sum
  private val batch = new ColumnarBatch(root.getFieldVectors.asScala
    .map(vector => new ArrowColumnVector(vector): ColumnVector).toArray)

  private def count(field: org.apache.arrow.vector.types.pojo.Field): Int =
    1 + field.getChildren.asScala.map(count).sum

  def vectors: VectorSchemaRoot = root

  def take(): ColumnarBatch = {
    val rows = task.rows
    if (columns == 0) fill(rows) else load(rows)
    batch.setNumRows(rows)
    batch
  }

  /** Rows without columns have one on Spark, that nobody reads. */
  private def fill(rows: Int): Unit = {
    root.getFieldVectors.asScala.foreach {
      case vector: BitVector =>
        vector.allocateNew(rows)
        vector.setRangeToOne(0, rows)
        vector.setValueCount(rows)
    }
    root.setRowCount(rows)
  }

  private def load(rows: Int): Unit = {
    val shape = task.shape()
    val sizes = shape.drop(2 * nodes)
    val buffers: Array[ArrowBuf] = sizes.map(task.allocator.buffer)
    try {
      task.take(buffers.zip(sizes).flatMap { case (buffer, size) =>
        buffer.writerIndex(size): Unit
        Array(buffer.memoryAddress(), size)
      })
      val loaded = new ArrowRecordBatch(rows,
        shape.take(2 * nodes).grouped(2)
          .map(pair => new ArrowFieldNode(pair(0), pair(1))).toSeq.asJava,
        buffers.toSeq.asJava)
      try loader.load(loaded)
      finally loaded.close()
    } finally buffers.foreach(_.close())
  }
}
