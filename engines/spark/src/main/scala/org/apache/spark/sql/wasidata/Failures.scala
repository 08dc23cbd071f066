package org.apache.spark.sql.wasidata

import java.util.Collections
import java.util.WeakHashMap

import org.apache.spark.{ExceptionFailure, SparkContext}
import org.apache.spark.scheduler.{SparkListener, SparkListenerTaskEnd}

/** What a lambda did wrong it does wrong again: the job ends with the first task
  * that failed so, whatever `spark.task.maxFailures` says. What the executor did
  * wrong (memory, files) is tried again as Spark does.
  */
private final class LambdaFailures(context: SparkContext) extends SparkListener {
  override def onTaskEnd(end: SparkListenerTaskEnd): Unit = end.reason match {
    case failure: ExceptionFailure =>
      LambdaFailures.find(failure.fullStackTrace).foreach { text =>
        context.cancelStage(end.stageId, text)
      }
    case _ =>
  }
}

private object LambdaFailures {
  private val listened =
    Collections.synchronizedMap(new WeakHashMap[SparkContext, LambdaFailures])

  /** Of the program's making: the origin is 2 (include/wasidata/error.h). */
  private val mark = """\[wasi-data:\d+:2\] """.r
  private val end = "[wasi-data:end]"

  def listen(context: SparkContext): Unit =
    listened.computeIfAbsent(context, { context =>
      val listener = new LambdaFailures(context)
      context.addSparkListener(listener)
      listener
    }): Unit

  /** The text of a LambdaException, out of what Spark tells of a task. */
  def find(trace: String): Option[String] =
    Option(trace).flatMap(mark.findFirstMatchIn(_)).map { found =>
      val until = trace.indexOf(end, found.start)
      trace.substring(found.start,
        if (until < 0) trace.length else until + end.length)
    }
}
