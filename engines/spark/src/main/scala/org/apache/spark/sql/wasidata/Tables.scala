package org.apache.spark.sql.wasidata

import scala.jdk.CollectionConverters._

import org.apache.spark.TaskContext
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Attribute, UnsafeProjection}
import org.apache.spark.sql.execution.LeafExecNode
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch

/** A table function's rows: of its columns those that are wanted. It may have
  * more partitions than Spark does well with, so a task makes several in turn.
  */
case class TableExec(spec: LambdaSpec, columns: Seq[Attribute],
    wanted: Seq[Int], partitions: Int) extends LeafExecNode with LambdaOperator {
  override def output: Seq[Attribute] = wanted.map(columns)
  override def supportsColumnar: Boolean = true
  override protected def doExecute(): RDD[InternalRow] =
    doExecuteColumnar().mapPartitionsInternal { batches =>
      val rows = UnsafeProjection.create(output, output)
      batches.flatMap(_.rowIterator().asScala.map(rows))
    }

  private def tasks: Int =
    math.max(1, math.min(partitions,
      math.max(4 * sparkContext.defaultParallelism, conf.numShufflePartitions)))

  override protected def doExecuteColumnar(): RDD[ColumnarBatch] = {
    val (spec, metrics) = (this.spec, lambdaMetrics)
    val (wanted, partitions) = (this.wanted, this.partitions)
    val schema = Execs.schemaOf(output)
    // Rows without columns have one on Spark, which is none of the lambda's.
    val asked = if (spec.outputs == 0) Seq.empty[Int] else wanted
    val count = tasks
    sparkContext.parallelize(0 until count, count).mapPartitionsInternal(
      _.flatMap { task =>
        val from = (task.toLong * partitions / count).toInt
        val to = ((task + 1L) * partitions / count).toInt
        (from until to).iterator.flatMap(partition =>
          new TableBatches(spec, metrics, asked, schema, partition, partitions))
      })
  }
}

private final class TableBatches(spec: LambdaSpec,
    metrics: Option[LambdaMetrics], wanted: Seq[Int], schema: StructType,
    partition: Int, partitions: Int) extends Batches {
  private val task =
    new Task(spec, metrics, TaskContext.get(), partition, partitions)
  private val output = new Output(task, schema, wanted.size)
  private var begun = false

  task.columns(wanted.toArray)

  override protected def take(): ColumnarBatch = output.take()

  override protected def advance(): Boolean = {
    do {
      if (!begun) {
        begun = true
        task.run(Native.Scan)
      } else if (task.more) task.run(Native.Next)
      else {
        task.finish()
        task.close()
        return false
      }
    } while (task.rows <= 0)
    true
  }
}
