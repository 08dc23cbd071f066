package org.apache.spark.sql.wasidata

import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeSet}
import org.apache.spark.sql.catalyst.plans.logical.{BinaryNode, LeafNode, LogicalPlan, Statistics, UnaryNode}
import org.apache.spark.sql.catalyst.plans.logical.statsEstimation.EstimationUtils
import org.sparkproject.connect.protobuf.ByteString

/** A lambda at one place of a plan. `columns` of the input are what it takes, the
  * first ones or those at `places`; `keys` more of them follow, of groups.
  * `outputs` may be 0 though a plan's node has a column at least. `guard` is a
  * column of the input: rows where it is not true are null, without a call.
  * Tasks tell what they did to `figures`, which do not
  * matter where specs are compared.
  */
case class LambdaSpec(closure: ByteString, folder: String, columns: Int,
    outputs: Int, mode: Int, places: Seq[Int], keys: Int, rightColumns: Int,
    guard: Option[Int])(val figures: Option[LambdaFigures]) {
  def appends: Boolean =
    mode == LambdaMessage.Append || mode == LambdaMessage.Finish ||
      mode == LambdaMessage.FinishReduce

  override def toString: String = "lambda"
}

/** All of the input is used, whatever the optimizer finds in expressions. */
case class LambdaNode(spec: LambdaSpec, added: Seq[Attribute],
    child: LogicalPlan) extends UnaryNode {
  override def output: Seq[Attribute] =
    if (spec.appends) child.output ++ added else added
  @transient override lazy val references: AttributeSet =
    AttributeSet(child.output)
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override protected def withNewChildInternal(changed: LogicalPlan): LambdaNode =
    copy(child = changed)
}

case class CoGroupsNode(spec: LambdaSpec, added: Seq[Attribute],
    left: LogicalPlan, right: LogicalPlan) extends BinaryNode {
  override def output: Seq[Attribute] = added
  @transient override lazy val references: AttributeSet =
    AttributeSet(left.output ++ right.output)
  override def producedAttributes: AttributeSet = AttributeSet(added)
  override protected def withNewChildrenInternal(changedLeft: LogicalPlan,
      changedRight: LogicalPlan): CoGroupsNode =
    copy(left = changedLeft, right = changedRight)
}

/** The rows that a table function makes, in so many partitions; about how many,
  * or 0.
  */
case class TableNode(spec: LambdaSpec, output: Seq[Attribute], partitions: Int,
    rows: Long) extends LeafNode {
  override def computeStats(): Statistics =
    if (rows <= 0) Statistics(sizeInBytes = conf.defaultSizeInBytes)
    else
      Statistics(
        sizeInBytes = EstimationUtils.getOutputSize(output, BigInt(rows)),
        rowCount = Some(BigInt(rows)))
}
