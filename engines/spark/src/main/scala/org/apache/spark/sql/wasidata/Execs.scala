package org.apache.spark.sql.wasidata

import scala.collection.mutable.ArrayBuffer
import scala.jdk.CollectionConverters._

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.catalyst.{InternalRow, ProjectingInternalRow}
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeSet, GenericInternalRow, JoinedRow, UnsafeProjection}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.execution.{RowToColumnarTransition, SparkPlan, UnaryExecNode}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch

private object Execs {
  def schemaOf(attributes: Seq[Attribute]): StructType =
    DataTypeUtils.fromAttributes(attributes)

  /** The rows of a plan, also of one that has columns. */
  def rowsOf(plan: SparkPlan): RDD[InternalRow] =
    if (!plan.supportsColumnar) plan.execute()
    else
      plan.executeColumnar().mapPartitionsInternal(
        _.flatMap(_.rowIterator().asScala))
}

/** Batches that are made when they are asked for. */
private abstract class Batches extends Iterator[ColumnarBatch] {
  private var ready = false

  /** Goes on until there are rows; false at the end. */
  protected def advance(): Boolean
  protected def take(): ColumnarBatch

  override def hasNext: Boolean = {
    if (!ready) ready = advance()
    ready
  }

  override def next(): ColumnarBatch = {
    if (!hasNext) throw new NoSuchElementException
    ready = false
    take()
  }
}

/** map, flat_map, map_partitions: rows in, other rows out. */
case class LambdaExec(spec: LambdaSpec, added: Seq[Attribute], child: SparkPlan)
    extends UnaryExecNode with RowToColumnarTransition with LambdaOperator {
  override def output: Seq[Attribute] = added
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override def supportsColumnar: Boolean = true
  override protected def withNewChildInternal(changed: SparkPlan): LambdaExec =
    copy(child = changed)
  override protected def doExecute(): RDD[InternalRow] =
    doExecuteColumnar().mapPartitionsInternal { batches =>
      val rows = UnsafeProjection.create(output, output)
      batches.flatMap(_.rowIterator().asScala.map(rows))
    }

  override protected def doExecuteColumnar(): RDD[ColumnarBatch] = {
    val (spec, metrics) = (this.spec, lambdaMetrics)
    val input = Execs.schemaOf(child.output.take(spec.columns))
    val output = Execs.schemaOf(added)
    Execs.rowsOf(child).mapPartitionsInternal(
      new LambdaBatches(_, spec, metrics, input, output))
  }
}

private final class LambdaBatches(rows: Iterator[InternalRow], spec: LambdaSpec,
    metrics: Option[LambdaMetrics], inputSchema: StructType,
    outputSchema: StructType) extends Batches {
  private val task = new Task(spec, metrics)
  private val input = new Input(task, inputSchema)
  private val output = new Output(task, outputSchema, spec.outputs)
  private var ended = spec.mode != LambdaMessage.Partitions

  override protected def take(): ColumnarBatch = output.take()

  override protected def advance(): Boolean = {
    do {
      if (task.more) task.run(Native.Next)
      else if (rows.hasNext) {
        while (!input.isFull && rows.hasNext) input.write(rows.next())
        input.call(Native.InputSlot, Native.Call)
      } else if (!ended) {
        ended = true
        task.run(Native.End)
      } else {
        task.finish()
        return false
      }
    } while (task.rows <= 0)
    true
  }
}

/** A row of the lambda's for each row, behind its columns: answers of a filter,
  * results of aggregates.
  */
case class AppendExec(spec: LambdaSpec, added: Seq[Attribute], child: SparkPlan)
    extends UnaryExecNode with LambdaOperator {
  override def output: Seq[Attribute] = child.output ++ added
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override protected def withNewChildInternal(changed: SparkPlan): AppendExec =
    copy(child = changed)

  override protected def doExecute(): RDD[InternalRow] = {
    val (spec, metrics, output) = (this.spec, lambdaMetrics, this.output)
    val input = Execs.schemaOf(spec.places.map(child.output))
    val results = Execs.schemaOf(added)
    val below = child.output
    Execs.rowsOf(child).mapPartitionsInternal { rows =>
      val batches = new AppendedRows(rows, spec, metrics, input, results,
        UnsafeProjection.create(below, below))
      val projection = UnsafeProjection.create(output, output)
      batches.flatMap(identity).map(projection)
    }
  }
}

private final class AppendedRows(rows: Iterator[InternalRow], spec: LambdaSpec,
    metrics: Option[LambdaMetrics], inputSchema: StructType,
    outputSchema: StructType, keep: UnsafeProjection)
    extends Iterator[Iterator[InternalRow]] {
  private val task = new Task(spec, metrics)
  private val input = new Input(task, inputSchema)
  private val output = new Output(task, outputSchema, spec.outputs)
  private val wanted = ProjectingInternalRow(inputSchema, spec.places)
  private val kept = ArrayBuffer.empty[InternalRow]
  private val both = new JoinedRow
  private val (slot, command) =
    if (spec.mode == LambdaMessage.Append) (Native.InputSlot, Native.Call)
    else (Native.StatesSlot, Native.Finish)
  private val skipsNull = spec.mode == LambdaMessage.FinishReduce
  private val guard = spec.guard.getOrElse(-1)
  private val nothing = new GenericInternalRow(outputSchema.length)

  private def isNothing(row: InternalRow): Boolean =
    if (guard >= 0) row.isNullAt(guard) || !row.getBoolean(guard)
    else skipsNull && row.isNullAt(spec.places.head)

  override def hasNext: Boolean = {
    if (!rows.hasNext) task.finish()
    rows.hasNext
  }

  override def next(): Iterator[InternalRow] = {
    kept.clear()
    while (kept.size < Task.BatchRows && !input.isFull && rows.hasNext) {
      val row = keep(rows.next()).copy()
      kept += row
      wanted.project(row)
      if (!isNothing(row)) input.write(wanted)
    }
    if (input.rows == 0) kept.iterator.map(both(_, nothing))
    else {
      input.call(slot, command)
      val results = output.take().rowIterator()
      kept.iterator.map { row =>
        both(row, if (isNothing(row)) nothing else results.next())
      }
    }
  }
}
