package org.apache.spark.sql.wasidata

import scala.collection.mutable.ArrayBuffer

import org.apache.spark.sql.catalyst.expressions._
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression
import org.apache.spark.sql.catalyst.plans.Inner
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.types.DataType
import org.sparkproject.connect.protobuf.ByteString

/** A call of one of the program's functions in a query. Until the client has
  * bound it to the types of its operands, it is not resolved; it never runs: a
  * lambda below computes its column.
  */
case class ProgramCall(index: Int, name: String, children: Seq[Expression],
    bound: Option[SqlCall]) extends Expression with Unevaluable {
  override lazy val resolved: Boolean = childrenResolved && bound.isDefined
  override def dataType: DataType = bound.get.output
  override def nullable: Boolean = true
  override def prettyName: String = name
  override def sql: String = children.map(_.sql).mkString(s"$name(", ", ", ")")
  /** Two calls alike are equal, as keys of groups and their columns must be. */
  override lazy val canonicalized: Expression =
    ProgramCall(0, name, children.map(_.canonicalized),
      bound.map(_.copy(index = 0, closure = ByteString.EMPTY)))
  override protected def withNewChildrenInternal(
      changed: IndexedSeq[Expression]): ProgramCall = copy(children = changed)
}

/** Puts lambdas where a query calls the program's functions: below the node that
  * has the call, which then reads a column. A call is made for the rows that
  * reach it: what stands before it in `case`, `if`, `and`, `or` and `coalesce`
  * guards it.
  */
private final class SqlCalls(fail: SqlFailure, operation: String) {
  def apply(plan: LogicalPlan): LogicalPlan =
    if (!has(plan)) plan
    else plan.transformUpWithSubqueries {
      case node if node.expressions.exists(has) => place(node)
    }

  private def has(plan: LogicalPlan): Boolean =
    plan.collectFirstWithSubqueries {
      case node if node.expressions.exists(has) => node
    }.isDefined

  private def has(expression: Expression): Boolean =
    expression.exists(_.isInstanceOf[ProgramCall])

  private def place(node: LogicalPlan): LogicalPlan = node match {
    case Project(_, child) => withCalls(node, child)
    case aggregate: Aggregate =>
      if (aggregate.aggregateExpressions.exists(callsOverGroups))
        place(split(aggregate))
      else withCalls(aggregate, aggregate.child)
    case join: Join => placeJoin(join)
    case unary: UnaryNode =>
      val placed = withCalls(unary, unary.child)
      if (placed.output.size == node.output.size) placed
      else Project(node.output, placed)
    case other =>
      refuse(callsOf(other).head, s"in ${SqlCheck.kindOf(other)}")
  }

  private def callsOf(node: LogicalPlan): Seq[ProgramCall] =
    node.expressions.flatMap(_.collect { case call: ProgramCall => call })

  private def refuse(call: ProgramCall, where: String): Nothing =
    fail(call.origin, SqlFailure.Unsupported,
      s"the engine spark does not call ${call.name} $where")

  /** The same node over its child with columns for the calls. */
  private def withCalls(node: LogicalPlan, child: LogicalPlan): LogicalPlan = {
    var (changed, input) = (node, child)
    while (changed.expressions.exists(has)) {
      val found = innermost(changed.expressions)
      val (column, appended) = append(found, input)
      input = appended
      changed = changed.transformExpressions {
        case call: ProgramCall if call eq found.call => column
        case call: ProgramCall if same(call, found, changed) => column
      }
    }
    changed.withNewChildren(Seq(input))
  }

  /** A call, and what must hold where it is made. */
  private case class Found(call: ProgramCall, guard: Seq[Expression])

  /** Calls alike without a guard are made once: keys of groups must be equal. */
  private def same(call: ProgramCall, found: Found,
      node: LogicalPlan): Boolean =
    found.guard.isEmpty && call.semanticEquals(found.call)

  /** A call that needs no other; one without a guard first. */
  private def innermost(expressions: Seq[Expression]): Found = {
    val all = ArrayBuffer.empty[Found]
    expressions.foreach(find(_, Nil, all))
    val ready = all.filterNot(found =>
      found.call.children.exists(has) || found.guard.exists(has))
    ready.find(_.guard.isEmpty).getOrElse(ready.head)
  }

  private def find(expression: Expression, guard: Seq[Expression],
      all: ArrayBuffer[Found]): Unit = expression match {
    case call: ProgramCall =>
      call.children.foreach(find(_, guard, all))
      all += Found(call, guard)
    case If(condition, yes, no) =>
      find(condition, guard, all)
      find(yes, guard :+ isTrue(condition), all)
      find(no, guard :+ Not(isTrue(condition)), all)
    case CaseWhen(branches, otherwise) =>
      val last = branches.foldLeft(guard) { case (before, (condition, value)) =>
        find(condition, before, all)
        find(value, before :+ isTrue(condition), all)
        before :+ Not(isTrue(condition))
      }
      otherwise.foreach(find(_, last, all))
    case Coalesce(values) =>
      values.foldLeft(guard) { case (before, value) =>
        find(value, before, all)
        before :+ IsNull(value)
      }: Unit
    case And(left, right) =>
      find(left, guard, all)
      find(right, guard :+ Not(EqualNullSafe(left, Literal.FalseLiteral)), all)
    case Or(left, right) =>
      find(left, guard, all)
      find(right, guard :+ Not(isTrue(left)), all)
    case lambda: LambdaFunction =>
      lambda.collectFirst { case call: ProgramCall => call }
        .foreach(refuse(_, "in lambdas over lists: explode the list first"))
    case other => other.children.foreach(find(_, guard, all))
  }

  private def isTrue(condition: Expression): Expression =
    EqualNullSafe(condition, Literal.TrueLiteral)

  /** The input with a column for a call. */
  private def append(found: Found,
      input: LogicalPlan): (Attribute, LogicalPlan) = {
    val call = found.call
    if (call.exists(_.isInstanceOf[OuterReference]))
      refuse(call, "with columns of an outer query: join instead")
    val bound = call.bound.get
    val arguments = bound.columns.map(i =>
      Alias(call.children(i), s"a$i")())
    val conditions = found.guard ++ (if (!bound.strict) Nil
      else call.children.filter(_.nullable).map(IsNotNull(_)))
    val guard = conditions.reduceOption(And(_, _)).map(Alias(_, "g")())
    val width = input.output.size
    val column = AttributeReference(s"n${call.index}", call.dataType)()
    val spec = Plugin.spec(LambdaMessage.empty.copy(closure = bound.closure,
      columns = arguments.size, outputs = 1, mode = LambdaMessage.Append,
      places = arguments.indices.map(_ + width),
      guard = guard.map(_ => width + arguments.size), operation = operation))
    (column, LambdaNode(spec, Seq(column),
      Project(input.output ++ arguments ++ guard, input)))
  }

  /** `f(sum(x))`. */
  private def callsOverGroups(expression: Expression): Boolean =
    expression.exists {
      case call: ProgramCall =>
        call.exists(_.isInstanceOf[AggregateExpression])
      case _ => false
    } || (has(expression) && expression.exists {
      case _: AggregateExpression => true
      case _ => false
    } && !onlyInAggregates(expression))

  private def onlyInAggregates(expression: Expression): Boolean =
    expression match {
      case _: AggregateExpression => true
      case _: ProgramCall => false
      case other => other.children.forall(onlyInAggregates)
    }

  /** Keys and aggregates first, what is made of them in a step of its own. */
  private def split(aggregate: Aggregate): LogicalPlan = {
    val inner = ArrayBuffer.empty[NamedExpression]
    val keys = aggregate.groupingExpressions.map { key =>
      val column = key match {
        case named: NamedExpression => named
        case other => Alias(other, "k")()
      }
      inner += column
      key -> column.toAttribute
    }
    def outer(expression: Expression): Expression =
      keys.collectFirst {
        case (key, column) if key.semanticEquals(expression) => column
      }.getOrElse(expression match {
        case call: AggregateExpression =>
          val column = Alias(call, "m")()
          inner += column
          column.toAttribute
        case other => other.mapChildren(outer)
      })
    val list = aggregate.aggregateExpressions.map {
      case alias: Alias => alias.withNewChildren(Seq(outer(alias.child)))
      case other => outer(other)
    }.map(_.asInstanceOf[NamedExpression])
    Project(list, withCalls(aggregate.copy(aggregateExpressions = inner.toSeq),
      aggregate.child))
  }

  /** Calls over one side are made there. */
  private def placeJoin(join: Join): LogicalPlan = {
    val conditions = join.condition.toSeq.flatMap(conjuncts)
    def of(side: LogicalPlan)(condition: Expression) =
      has(condition) && condition.references.subsetOf(side.outputSet)
    val onLeft = conditions.filter(of(join.left))
    val onRight = conditions.filter(c => of(join.right)(c) && !onLeft.contains(c))
    val across = conditions.filter(c =>
      has(c) && !onLeft.contains(c) && !onRight.contains(c))
    if (across.nonEmpty && join.joinType != Inner)
      refuse(across.flatMap(_.collect { case call: ProgramCall => call }).head,
        "over columns of both sides of a join that is not inner")
    val (left, leftColumns) = computed(onLeft, join.left)
    val (right, rightColumns) = computed(onRight, join.right)
    val kept = conditions.filterNot(has) ++ leftColumns ++ rightColumns
    val joined = join.copy(left = left, right = right,
      condition = kept.reduceOption(And(_, _)))
    val filtered = across.reduceOption(And(_, _))
      .map(condition => place(Filter(condition, joined))).getOrElse(joined)
    Project(join.output, filtered)
  }

  private def conjuncts(condition: Expression): Seq[Expression] =
    condition match {
      case And(left, right) => conjuncts(left) ++ conjuncts(right)
      case other => Seq(other)
    }

  /** The side with conditions as columns. */
  private def computed(conditions: Seq[Expression],
      side: LogicalPlan): (LogicalPlan, Seq[Attribute]) =
    if (conditions.isEmpty) (side, Nil)
    else {
      val columns = conditions.map(Alias(_, "j")())
      (place(Project(side.output ++ columns, side)), columns.map(_.toAttribute))
    }
}
