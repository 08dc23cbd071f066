package org.apache.spark.sql.wasidata

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Ascending, Attribute, AttributeSet, Expression, SortOrder, UnsafeProjection, UnsafeRow}
import org.apache.spark.sql.catalyst.expressions.codegen.LazilyGeneratedOrdering
import org.apache.spark.sql.catalyst.optimizer.NormalizeFloatingNumbers
import org.apache.spark.sql.catalyst.plans.physical.{AllTuples, ClusteredDistribution, Distribution}
import org.apache.spark.sql.execution.{BinaryExecNode, SparkPlan, UnaryExecNode}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.vectorized.ColumnarBatch

private object Keys {
  /** Keys that are equal are alike: one NaN, one zero. */
  def of(output: Seq[Attribute], from: Int, count: Int): Seq[Expression] =
    output.slice(from, from + count).map(NormalizeFloatingNumbers.normalize)

  /** Equal keys in one partition; without keys all rows are. */
  def together(keys: Seq[Expression]): Distribution =
    if (keys.isEmpty) AllTuples else ClusteredDistribution(keys)

  def order(keys: Seq[Expression]): Seq[SortOrder] =
    keys.map(SortOrder(_, Ascending))

  def project(keys: Seq[Expression], output: Seq[Attribute]): UnsafeProjection =
    UnsafeProjection.create(keys, output)
}

/** Rows in the order of their keys, group by group. */
private final class GroupedRows(rows: Iterator[InternalRow],
    keyOf: UnsafeProjection) {
  private var row: InternalRow = _
  private var rowKey: UnsafeRow = _

  /** The key of the group that is read, or of the next one. */
  var key: UnsafeRow = _

  fetch()
  begin()

  private def fetch(): Unit =
    if (rows.hasNext) {
      row = rows.next()
      rowKey = keyOf(row)
    } else rowKey = null

  /** Goes to the group of the row that is next; false at the end. */
  def begin(): Boolean = {
    key = if (rowKey == null) null else rowKey.copy()
    key != null
  }

  /** Whether the next row is of this group. */
  def hasRow: Boolean = rowKey != null && rowKey == key

  def fill(input: Input): Unit =
    while (!input.isFull && hasRow) {
      input.write(row)
      fetch()
    }
}

/** map_groups: groups lie in one partition and follow each other in it. */
case class GroupsExec(spec: LambdaSpec, added: Seq[Attribute], child: SparkPlan)
    extends UnaryExecNode with LambdaOperator {
  private def keys: Seq[Expression] =
    Keys.of(child.output, spec.columns, spec.keys)

  override def output: Seq[Attribute] = added
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override def requiredChildDistribution: Seq[Distribution] =
    Seq(Keys.together(keys))
  override def requiredChildOrdering: Seq[Seq[SortOrder]] = Seq(Keys.order(keys))
  override protected def withNewChildInternal(changed: SparkPlan): GroupsExec =
    copy(child = changed)
  override def supportsColumnar: Boolean = true
  override protected def doExecute(): RDD[InternalRow] =
    throw new IllegalStateException("this gives columns")

  override protected def doExecuteColumnar(): RDD[ColumnarBatch] = {
    val (spec, metrics) = (this.spec, lambdaMetrics)
    val (keys, below) = (this.keys, child.output)
    val input = Execs.schemaOf(below.take(spec.columns))
    val output = Execs.schemaOf(added)
    Execs.rowsOf(child).mapPartitionsInternal(rows =>
      new GroupBatches(new GroupedRows(rows, Keys.project(keys, below)), spec,
        metrics, input, output))
  }
}

private final class GroupBatches(groups: GroupedRows, spec: LambdaSpec,
    metrics: Option[LambdaMetrics], inputSchema: StructType,
    outputSchema: StructType) extends Batches {
  private val task = new Task(spec, metrics)
  private val input = new Input(task, inputSchema)
  private val output = new Output(task, outputSchema, spec.outputs)
  private var open = false

  override protected def take(): ColumnarBatch = output.take()

  override protected def advance(): Boolean = {
    do {
      if (task.more) task.run(Native.Next)
      else if (groups.hasRow) {
        open = true
        groups.fill(input)
        input.call(Native.InputSlot, Native.Call)
      } else if (open) {
        open = false
        task.run(Native.End)
      } else if (groups.begin()) task.run(Native.Shut)
      else return false
    } while (task.rows <= 0)
    true
  }
}

/** Lambdas over the groups of equal keys of two inputs. */
case class CoGroupsExec(spec: LambdaSpec, added: Seq[Attribute], left: SparkPlan,
    right: SparkPlan) extends BinaryExecNode with LambdaOperator {
  private def leftKeys = Keys.of(left.output, spec.columns, spec.keys)
  private def rightKeys = Keys.of(right.output, spec.rightColumns, spec.keys)

  override def output: Seq[Attribute] = added
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override def requiredChildDistribution: Seq[Distribution] =
    Seq(Keys.together(leftKeys), Keys.together(rightKeys))
  override def requiredChildOrdering: Seq[Seq[SortOrder]] =
    Seq(Keys.order(leftKeys), Keys.order(rightKeys))
  override protected def withNewChildrenInternal(changedLeft: SparkPlan,
      changedRight: SparkPlan): CoGroupsExec =
    copy(left = changedLeft, right = changedRight)
  override def supportsColumnar: Boolean = true
  override protected def doExecute(): RDD[InternalRow] =
    throw new IllegalStateException("this gives columns")

  override protected def doExecuteColumnar(): RDD[ColumnarBatch] = {
    val (spec, metrics) = (this.spec, lambdaMetrics)
    val (leftKeys, rightKeys) = (this.leftKeys, this.rightKeys)
    val (leftBelow, rightBelow) = (left.output, right.output)
    val leftInput = Execs.schemaOf(leftBelow.take(spec.columns))
    val rightInput = Execs.schemaOf(rightBelow.take(spec.rightColumns))
    val output = Execs.schemaOf(added)
    val keyTypes = leftKeys.map(_.dataType)
    Execs.rowsOf(left).zipPartitions(Execs.rowsOf(right)) { (lefts, rights) =>
      new CoGroupBatches(
        new GroupedRows(lefts, Keys.project(leftKeys, leftBelow)),
        new GroupedRows(rights, Keys.project(rightKeys, rightBelow)),
        new LazilyGeneratedOrdering(keyTypes.zipWithIndex.map { case (t, i) =>
          SortOrder(org.apache.spark.sql.catalyst.expressions.BoundReference(i, t,
            nullable = true), Ascending)
        }), spec, metrics, leftInput, rightInput, output)
    }
  }
}

private final class CoGroupBatches(left: GroupedRows, right: GroupedRows,
    order: LazilyGeneratedOrdering, spec: LambdaSpec,
    metrics: Option[LambdaMetrics], leftSchema: StructType,
    rightSchema: StructType, outputSchema: StructType) extends Batches {
  private val task = new Task(spec, metrics)
  private val leftInput = new Input(task, leftSchema)
  private val rightInput = new Input(task, rightSchema)
  private val output = new Output(task, outputSchema, spec.outputs)

  /** What of the pair of groups is done: its rows of the left, of the right. */
  private var stage = CoGroupBatches.Idle
  private var hasLeft, hasRight = false

  override protected def take(): ColumnarBatch = output.take()

  /** The smaller key of both sides, of the sides that have it. */
  private def choose(): Boolean = {
    val both = left.key != null && right.key != null
    val compared = if (both) order.compare(left.key, right.key) else 0
    hasLeft = left.key != null && compared <= 0
    hasRight = right.key != null && compared >= 0
    hasLeft || hasRight
  }

  override protected def advance(): Boolean = {
    import CoGroupBatches._
    do {
      if (task.more) task.run(Native.Next)
      else
        stage match {
          case Idle => if (!choose()) return false else stage = Left
          case Left if hasLeft && left.hasRow =>
            left.fill(leftInput)
            leftInput.call(Native.InputSlot, Native.Call)
          case Left =>
            stage = Right
            task.run(Native.End)
          case Right if hasRight && right.hasRow =>
            right.fill(rightInput)
            rightInput.call(Native.RightSlot, Native.Right)
          case Right =>
            stage = Done
            task.run(Native.RightEnd)
          case Done =>
            task.run(Native.Shut)
            if (hasLeft) left.begin(): Unit
            if (hasRight) right.begin(): Unit
            stage = Idle
        }
    } while (task.rows <= 0)
    true
  }
}

private object CoGroupBatches {
  val Idle = 0
  val Left = 1
  val Right = 2
  val Done = 3
}
