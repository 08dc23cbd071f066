package org.apache.spark.sql.wasidata

import java.util.Optional

import scala.jdk.OptionConverters._

import org.apache.spark.{JobArtifactSet, SparkContext}
import org.apache.spark.connect.proto.Relation
import org.apache.spark.sql.SparkSessionExtensions
import org.apache.spark.sql.catalyst.expressions.{AttributeReference, AttributeSet, Expression}
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, Project}
import org.apache.spark.sql.catalyst.rules.Rule
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.classic.Dataset
import org.apache.spark.sql.connect.planner.SparkConnectPlanner
import org.apache.spark.sql.connect.plugin.{ExpressionPlugin, RelationPlugin}
import org.apache.spark.sql.execution.{ApplyColumnarRulesAndInsertTransitions, ColumnarRule, ProjectExec, SparkPlan, SparkStrategy}
import org.apache.spark.sql.types.StructType
import org.sparkproject.connect.protobuf.{Any => AnyMessage, ByteString}

private object Plugin {
  /** The message of that type, or none. */
  def read(bytes: Array[Byte], name: String): Option[LambdaMessage] =
    find(bytes, name).map { value =>
      val message = LambdaMessage.parse(value)
      check(message.version)
      message
    }

  def readQuery(bytes: Array[Byte]): Option[SqlMessage] =
    find(bytes, SqlMessage.Query).map { value =>
      val message = SqlMessage.parse(value)
      check(message.version)
      message
    }

  private def find(bytes: Array[Byte], name: String): Option[ByteString] = {
    val any = AnyMessage.parseFrom(bytes)
    Option.when(any.getTypeUrl.endsWith("/" + name))(any.getValue)
  }

  private val version = getClass.getPackage.getImplementationVersion

  private def check(asked: String): Unit =
    if (asked != version)
      throw new LambdaException(0,
        s"the server's jar of wasi-data is version $version, " +
          s"this is $asked: use the same of both")

  /** Where this session's artifacts lie below an executor's files; an executor
    * cannot tell.
    */
  def folder(): String =
    JobArtifactSet.getCurrentJobArtifactState.map(_.uuid).getOrElse("")

  def analyzed(planner: SparkConnectPlanner, relation: Relation): LogicalPlan =
    Dataset.ofRows(planner.session, planner.transformRelation(relation))
      .queryExecution.analyzed

  def spec(message: LambdaMessage): LambdaSpec = {
    SparkContext.getActive.foreach(LambdaFailures.listen)
    LambdaSpec(message.closure, folder(), message.columns, message.outputs,
      message.mode, message.places, message.keys, message.rightColumns,
      message.guard)(Figures.of(message.operation))
  }
}

class LambdaRelationPlugin extends RelationPlugin {
  override def transform(bytes: Array[Byte],
      planner: SparkConnectPlanner): Optional[LogicalPlan] =
    Plugin.read(bytes, LambdaMessage.Relation).map(plan(_, planner))
      .orElse(Plugin.read(bytes, LambdaMessage.Figures)
        .map(message => Figures.take(message.operation)))
      .orElse(Plugin.readQuery(bytes).map(new SqlQuery(_, planner).plan()))
      .toJava

  private def plan(message: LambdaMessage,
      planner: SparkConnectPlanner): LogicalPlan = {
    def analyzed(relation: Relation) = Plugin.analyzed(planner, relation)
    val added: Seq[AttributeReference] =
      DataTypeUtils.toAttributes(StructType.fromDDL(message.output))
    val spec = Plugin.spec(message)
    (message.input, message.right) match {
      case (Some(left), Some(right)) =>
        CoGroupsNode(spec, added, analyzed(left), analyzed(right))
      case (Some(input), None) => LambdaNode(spec, added, analyzed(input))
      case _ => TableNode(spec, added, message.partitions, message.rows)
    }
  }
}

class LambdaExpressionPlugin extends ExpressionPlugin {
  override def transform(bytes: Array[Byte],
      planner: SparkConnectPlanner): Optional[Expression] =
    Plugin.read(bytes, LambdaMessage.Aggregate) match {
      case Some(message) =>
        Optional.of(LambdaAggregate(Plugin.spec(message),
          message.arguments.map(planner.transformExpression(_)))
          .toAggregateExpression()
          .copy(filter = message.filter.map(planner.transformExpression(_))))
      case None => Optional.empty()
    }
}

/** `spark.sql.extensions`: how our nodes are run. */
class LambdaExtensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    extensions.injectPlannerStrategy(_ => LambdaStrategy)
    extensions.injectColumnar(_ => LambdaTransitions)
  }
}

/** Below a RowToColumnarTransition Spark looks no further for operators that
  * give columns to one that takes rows, as a scan of parquet to a filter.
  */
private object LambdaTransitions extends ColumnarRule {
  private val toRows =
    ApplyColumnarRulesAndInsertTransitions(Nil, outputsColumnar = false)

  override def preColumnarTransitions: Rule[SparkPlan] = { plan =>
    plan.transformUp { case lambda: LambdaExec =>
      lambda.copy(child = toRows(lambda.child))
    }
  }
}

private object LambdaStrategy extends SparkStrategy {
  override def apply(plan: LogicalPlan): Seq[SparkPlan] = plan match {
    case LambdaNode(spec, added, child) =>
      spec.mode match {
        case LambdaMessage.Append | LambdaMessage.Finish |
            LambdaMessage.FinishReduce =>
          Seq(AppendExec(spec, added, planLater(child)))
        case LambdaMessage.Groups =>
          Seq(GroupsExec(spec, added, planLater(child)))
        case _ => Seq(LambdaExec(spec, added, planLater(child)))
      }
    case CoGroupsNode(spec, added, left, right) =>
      Seq(CoGroupsExec(spec, added, planLater(left), planLater(right)))
    // A table function makes the columns that are looked at.
    case Project(list, node: TableNode) =>
      val used = AttributeSet(list.flatMap(_.references))
      Seq(ProjectExec(list, TableExec(node.spec, node.output,
        node.output.indices.filter(i => used.contains(node.output(i))),
        node.partitions)))
    case node: TableNode =>
      Seq(TableExec(node.spec, node.output, node.output.indices,
        node.partitions))
    case _ => Nil
  }
}
