package org.apache.spark.sql.wasidata

import java.nio.{ByteBuffer, ByteOrder}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Properties
import java.util.concurrent.ConcurrentHashMap

import scala.collection.mutable
import scala.jdk.CollectionConverters._

import org.apache.spark.{ExecutorLostFailure, SparkContext, Success, TaskFailedReason}
import org.apache.spark.scheduler.{SparkListener, SparkListenerJobStart, SparkListenerTaskEnd}
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.plans.logical.{LocalRelation, LogicalPlan}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.types.StructType
import org.apache.spark.unsafe.types.UTF8String
import org.apache.spark.util.AccumulatorV2

/** What lambdas did in some tasks: numbers by their names, and what they said. */
final class Report extends Serializable {
  val numbers: mutable.Map[(String, String), Long] = mutable.LinkedHashMap.empty
  val said: mutable.ArrayBuffer[(Int, String)] = mutable.ArrayBuffer.empty
  private var length = 0

  def isEmpty: Boolean = numbers.isEmpty && said.isEmpty

  def count(kind: String, name: String, more: Long): Unit =
    numbers((kind, name)) = numbers.getOrElse((kind, name), 0L) + more

  /** More is in the executors' own logs. */
  def say(stream: Int, text: String): Unit =
    if (length < Report.MostCharacters) {
      length += text.length
      said += ((stream, text))
    }

  def add(other: Report): Unit = {
    other.numbers.foreach { case ((kind, name), value) => count(kind, name, value) }
    other.said.foreach { case (stream, text) => say(stream, text) }
  }

  /** Records of the native side: wd_task_report. */
  def read(bytes: Array[Byte]): Unit = {
    val in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
    while (in.hasRemaining) {
      val kind = in.get()
      val value = in.getLong()
      val text = new Array[Byte](in.getInt())
      in.get(text)
      if (kind == 'c') count("counter", new String(text, UTF_8), value)
      else say(value.toInt, new String(text, UTF_8))
    }
  }
}

object Report {
  val MostCharacters: Int = 1 << 20
}

/** The reports of an operation's tasks, those that failed too. */
final class LambdaFigures(val operation: String)
    extends AccumulatorV2[Report, Report] {
  private var report = new Report

  override def isZero: Boolean = report.isEmpty
  override def copy(): LambdaFigures = {
    val other = new LambdaFigures(operation)
    other.report.add(report)
    other
  }
  override def reset(): Unit = report = new Report
  override def add(more: Report): Unit = report.add(more)
  override def merge(other: AccumulatorV2[Report, Report]): Unit =
    report.add(other.value)
  override def value: Report = report
}

/** What Spark did for an operation, by its listener. */
private final class OperationFigures(val lambdas: LambdaFigures) {
  private val numbers = mutable.LinkedHashMap(
    "tasks" -> 0L, "tasks-failed" -> 0L, "executors-lost" -> 0L,
    "rows-in" -> 0L, "bytes-in" -> 0L, "bytes-shuffled" -> 0L)
  private val lost = mutable.Set.empty[String]

  private def count(name: String, more: Long): Unit = numbers(name) += more

  def ended(end: SparkListenerTaskEnd): Unit = synchronized {
    count("tasks", 1)
    end.reason match {
      case Success =>
        Option(end.taskMetrics).foreach { metrics =>
          count("rows-in", metrics.inputMetrics.recordsRead)
          count("bytes-in", metrics.inputMetrics.bytesRead)
          count("bytes-shuffled", metrics.shuffleWriteMetrics.bytesWritten)
        }
      case failed: TaskFailedReason =>
        count("tasks-failed", 1)
        failed match {
          case ExecutorLostFailure(id, _, _) =>
            if (lost.add(id)) count("executors-lost", 1)
          case _ =>
        }
      case _ =>
    }
  }

  /** Rows of kind, name and value. */
  def rows(): Seq[InternalRow] = synchronized {
    def row(kind: String, name: String, value: Long) =
      InternalRow(UTF8String.fromString(kind), UTF8String.fromString(name), value)
    val report = lambdas.value
    numbers.map { case (name, value) => row("spark", name, value) }.toSeq ++
      report.numbers.map { case ((kind, name), value) => row(kind, name, value) } ++
      report.said.map { case (stream, text) => row("said", text, stream.toLong) }
  }
}

private final class FiguresListener extends SparkListener {
  private val stages = new ConcurrentHashMap[Int, OperationFigures]

  private def tags(properties: Properties): String =
    Option(properties).map(_.getProperty("spark.job.tags", "")).getOrElse("")

  override def onJobStart(start: SparkListenerJobStart): Unit =
    Figures.ofTags(tags(start.properties)).foreach { figures =>
      start.stageIds.foreach(stages.put(_, figures))
    }

  override def onTaskEnd(end: SparkListenerTaskEnd): Unit =
    Option(stages.get(end.stageId)).foreach(_.ended(end))
}

/** The figures of operations, until the client has fetched them. */
private object Figures {
  /** Of clients that never do, the oldest are forgotten. */
  private val Most = 256
  private val operations =
    new java.util.LinkedHashMap[String, OperationFigures]
  private val listened = new java.util.WeakHashMap[SparkContext, FiguresListener]

  /** How Spark Connect tags the jobs of an operation. */
  private val operationTag = "_Operation_([0-9a-f-]{36})".r

  private val schema =
    StructType.fromDDL("kind STRING, name STRING, value BIGINT")

  def of(operation: String): Option[LambdaFigures] = synchronized {
    SparkContext.getActive.filter(_ => operation.nonEmpty).map { context =>
      if (!listened.containsKey(context)) {
        val listener = new FiguresListener
        context.addSparkListener(listener)
        listened.put(context, listener): Unit
      }
      if (!operations.containsKey(operation)) {
        val figures = new LambdaFigures(operation)
        figures.register(context, None, countFailedValues = true)
        operations.put(operation, new OperationFigures(figures)): Unit
        while (operations.size > Most)
          operations.remove(operations.keySet.iterator.next()): Unit
      }
      operations.get(operation).lambdas
    }
  }

  def ofTags(tags: String): Option[OperationFigures] =
    operationTag.findFirstMatchIn(tags).flatMap { found =>
      synchronized(Option(operations.get(found.group(1))))
    }

  /** All that there is; events of tasks that ended may still be on their way. */
  def take(operation: String): LogicalPlan = {
    SparkContext.getActive.foreach { context =>
      try context.listenerBus.waitUntilEmpty(2000)
      catch { case _: java.util.concurrent.TimeoutException => }
    }
    val found = synchronized(Option(operations.remove(operation)))
    LocalRelation(DataTypeUtils.toAttributes(schema),
      found.map(_.rows()).getOrElse(Nil))
  }
}
