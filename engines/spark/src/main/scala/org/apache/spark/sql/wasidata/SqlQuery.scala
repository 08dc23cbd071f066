package org.apache.spark.sql.wasidata

import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.sql.AnalysisException
import org.apache.spark.sql.catalyst.QueryPlanningTracker
import org.apache.spark.sql.catalyst.analysis.{CTESubstitution, NamedParameter, UnresolvedFunction, UnresolvedRelation}
import org.apache.spark.sql.catalyst.expressions.{Alias, Cast, Expression, NamedArgumentExpression}
import org.apache.spark.sql.catalyst.plans.logical.{GlobalLimit, LocalLimit, LocalRelation, LogicalPlan, Offset, Project, Sort, SubqueryAlias, UnresolvedWith}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.connect.planner.SparkConnectPlanner
import org.apache.spark.sql.execution.SparkSqlParser
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types.{BooleanType, DataType, StructField, StructType}

/** A query in Spark's SQL over data sets by name. Spark parses the text and
  * resolves it; names of tables are replaced before, so that no catalog is
  * asked. What the client asks for (columns, names) is answered by the schema of
  * a relation without rows.
  */
private final class SqlQuery(message: SqlMessage, planner: SparkConnectPlanner) {
  import SqlFunctions.fold

  private val fail = new SqlFailure(message.text)
  private val functions = message.functions.toSet
  private val bound = message.calls.map(call => call.index -> call).toMap

  def plan(): LogicalPlan = {
    // SQL folds names; our own relations do not, and are made before.
    val tables = message.tables.map(t => fold(t.name) -> rows(t)).toMap
    val conf = planner.session.sessionState.conf.clone()
    conf.setConf(SQLConf.CASE_SENSITIVE, false)
    try SQLConf.withExistingConf(conf)(answer(tables))
    catch {
      case failure: AnalysisException => throw said(failure)
      case _: StackOverflowError =>
        throw new LambdaException(SqlFailure.LimitExceeded,
          "the query is nested too deep")
    }
  }

  private def answer(tables: Map[String, LogicalPlan]): LogicalPlan =
    if (message.step == SqlMessage.End) end() else read(tables)

  private def end(): LogicalPlan = {
    val (state, length) = SqlSize.end(message.text)
    struct(state ->
      struct(Seq(message.text.take(length).getBytes(UTF_8).length.toString)))
  }

  private def read(tables: Map[String, LogicalPlan]): LogicalPlan = {
    val names = message.step == SqlMessage.Names
    val check = new SqlCheck(fail, name =>
      names || functions.contains(name) || SqlFunctions.isKnown(name))
    SqlSize.check(message.text)
    val parsed = new SparkSqlParser().parsePlan(message.text)
    check(parsed)
    val query = CTESubstitution(parsed)
    if (names)
      struct("tables" -> struct(tablesOf(query)),
        "functions" -> struct(check.functions.toSeq))
    else {
      val filled = fill(query, tables)
      probe(filled).getOrElse {
        val result = analyze(filled)
        if (message.step == SqlMessage.Run) numbered(result)
        else
          struct(Seq("columns" -> result.schema) ++
            Option.when(isOrdered(parsed))("ordered" -> BooleanType): _*)
      }
    }
  }

  /** Names of tables that the text does not define, each once. */
  private def tablesOf(query: LogicalPlan): Seq[String] =
    query.collectWithSubqueries {
      case table: UnresolvedRelation => table.multipartIdentifier.head
    }.distinctBy(fold)

  /** Tables, parameters and the program's functions in place of their names. */
  private def fill(query: LogicalPlan,
      tables: Map[String, LogicalPlan]): LogicalPlan = {
    var calls = 0
    query.transformDownWithSubqueries {
      case table: UnresolvedRelation =>
        val name = table.multipartIdentifier.head
        SubqueryAlias(name, tables.getOrElse(fold(name),
          fail(table.origin, SqlFailure.InvalidPlan,
            s"the table $name is not one of the query's")))
    }.transformAllExpressionsWithSubqueries {
      case parameter: NamedParameter => valueOf(parameter)
      case call: UnresolvedFunction
          if functions.contains(fold(call.nameParts.last)) =>
        calls += 1
        programCall(call, calls - 1)
    }
  }

  private def programCall(call: UnresolvedFunction, index: Int): Expression = {
    val name = fold(call.nameParts.last)
    if (call.isDistinct || call.filter.isDefined || call.orderingWithinGroup.nonEmpty)
      fail(call.origin, SqlFailure.InvalidPlan,
        s"$name is a function of one row: it takes no distinct, order, filter " +
          "or window")
    bound.get(index) match {
      case None => ProgramCall(index, name, call.arguments, None)
      case Some(found) =>
        val operands = call.arguments.map {
          case named: NamedArgumentExpression => named.value
          case other => other
        }
        ProgramCall(index, name,
          found.operands.zip(found.types).map { case (operand, kind) =>
            Cast(operands(operand), kind, ansiEnabled = true)
          }, Some(found))
    }
  }

  /** The operands of a call that the client has still to bind. */
  private def probe(filled: LogicalPlan): Option[LogicalPlan] =
    if (functions.isEmpty) None
    else {
      val resolved = planner.session.sessionState.analyzer.execute(filled)
      resolved.collectWithSubqueries { case node =>
        node.expressions.flatMap(_.collect {
          case call: ProgramCall if call.bound.isEmpty &&
            call.childrenResolved => call
        })
      }.flatten.minByOption(_.index).map { call =>
        struct("call" -> struct(Seq(call.name)),
          s"${call.index}" -> StructType(call.children.map {
            case named: NamedArgumentExpression =>
              StructField(named.key, named.value.dataType)
            case other => StructField(SqlQuery.Unnamed, other.dataType)
          }))
      }
    }

  private def analyze(filled: LogicalPlan): LogicalPlan = {
    val analyzed = planner.session.sessionState.analyzer
      .executeAndCheck(filled, new QueryPlanningTracker)
    SqlCheck.checkAnalyzed(analyzed, fail)
    if (message.step == SqlMessage.Run) new SqlCalls(fail, message.operation)(analyzed)
    else analyzed
  }

  private def valueOf(parameter: NamedParameter) =
    message.parameters.collectFirst {
      case (name, value) if fold(name) == fold(parameter.name) =>
        planner.transformExpression(value)
    }.getOrElse(fail(parameter.origin, SqlFailure.InvalidPlan,
      s"nobody gave a value for :${parameter.name}"))

  /** The columns of a table as the program names them. */
  private def rows(table: SqlTable): LogicalPlan = {
    val columns = DataTypeUtils.toAttributes(StructType.fromDDL(table.columns))
    table.rows match {
      case None => LocalRelation(columns)
      case Some(relation) =>
        val input = Plugin.analyzed(planner, relation)
        Project(input.output.zip(columns).map { case (from, to) =>
          Alias(from, to.name)()
        }, input)
    }
  }

  private def numbered(query: LogicalPlan): LogicalPlan =
    Project(query.output.zipWithIndex.map { case (column, i) =>
      Alias(column, s"c$i")()
    }, query)

  private def isOrdered(query: LogicalPlan): Boolean = query match {
    case sort: Sort => sort.global
    case node: UnresolvedWith => isOrdered(node.child)
    case node @ (_: GlobalLimit | _: LocalLimit | _: Offset) =>
      isOrdered(node.children.head)
    case _ => false
  }

  private def struct(names: Seq[String]): StructType =
    StructType(names.map(StructField(_, BooleanType)))

  private def struct(fields: (String, DataType)*): LogicalPlan =
    LocalRelation(DataTypeUtils.toAttributes(StructType(
      fields.map { case (name, kind) => StructField(name, kind) })))

  /** Spark's message in a line, without the picture of the text. */
  private def said(failure: AnalysisException): LambdaException = {
    val line = failure.getMessage.linesIterator.map(_.trim)
      .find(_.nonEmpty).getOrElse("")
      .replaceFirst(" \\(line \\d+, pos \\d+\\)$", "")
      .replaceFirst("; line \\d+ pos \\d+;?$", "")
      .replaceFirst(" SQLSTATE: \\w+$", "")
    new LambdaException(SqlFailure.InvalidPlan,
      fail.place(failure.line, failure.startPosition) + line)
  }
}

private object SqlQuery {
  /** What no argument is called: a field must have a name. */
  val Unnamed = "."
}
