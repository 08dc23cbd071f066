package org.apache.spark.sql.wasidata

import java.nio.charset.StandardCharsets.UTF_8
import java.util.Locale

import scala.collection.mutable

import org.antlr.v4.runtime.{CharStreams, Token}
import org.apache.spark.sql.catalyst.analysis.{UnresolvedFunction, UnresolvedGenerator, UnresolvedRelation, UnresolvedTableValuedFunction}
import org.apache.spark.sql.catalyst.expressions.{CallMethodViaReflection, CurrentCatalog, CurrentDatabase, CurrentUser, Expression, InputFileBlockLength, InputFileBlockStart, InputFileName, PlanExpression, SparkVersion, TryReflect, UserDefinedExpression, VariableReference}
import org.apache.spark.sql.catalyst.parser.SqlBaseLexer
import org.apache.spark.sql.catalyst.plans.logical.{LocalRelation, LogicalPlan, UnresolvedWith}
import org.apache.spark.sql.catalyst.trees.{Origin, TreeNode}

/** What is wrong with a query's text: the client finds the place in it. */
private final class SqlFailure(text: String) {
  def apply(origin: Origin, status: Int, reason: String): Nothing =
    throw new LambdaException(status,
      place(origin.line, origin.startPosition) + reason)

  /** `@` and how many bytes of UTF-8 stand before. */
  def place(line: Option[Int], column: Option[Int]): String =
    (for (l <- line; c <- column) yield {
      val before = text.split("\n", -1).take(l - 1).map(_ + "\n").mkString
      val rest = text.drop(before.length)
      s"@${(before + rest.take(c)).getBytes(UTF_8).length} "
    }).getOrElse("")
}

private object SqlFailure {
  val InvalidPlan = 4
  val Unsupported = 6
  val LimitExceeded = 7
}

/** Safe is what computes on the query's own tables: one query, tables without
  * schemas, functions of a list. Spark's parser made the tree; whatever is not
  * known in it is refused by kind, so that nothing of a text reaches a file, a
  * catalog, a setting or a class of Java's.
  */
private final class SqlCheck(fail: SqlFailure, isKnown: String => Boolean) {
  /** Functions that are called, and those that are not Spark's or not safe. */
  val functions = mutable.LinkedHashSet.empty[String]

  private val depthMax = 400

  def apply(plan: LogicalPlan): Unit = checkPlan(plan, 0)

  private def checkDepth(node: TreeNode[_], depth: Int): Unit =
    if (depth > depthMax)
      fail(node.origin, SqlFailure.LimitExceeded, "the query is nested too deep")

  private def refuse(node: TreeNode[_], what: String): Nothing =
    fail(node.origin, SqlFailure.InvalidPlan, what)

  private def checkPlan(plan: LogicalPlan, depth: Int): Unit = {
    checkDepth(plan, depth)
    plan match {
      case node if !SqlCheck.plans(SqlCheck.nameOf(node)) =>
        refuse(node, "a query is one SELECT (or WITH, FROM, VALUES); statements " +
          s"of the kind ${SqlCheck.kindOf(node)} are refused")
      case table: UnresolvedRelation => checkTable(table)
      case table: UnresolvedTableValuedFunction => checkTableFunction(table)
      case node: UnresolvedWith =>
        node.cteRelations.foreach(cte => checkPlan(cte._2, depth + 1))
      case _ =>
    }
    // Rows of VALUES are literals; their columns are no expressions.
    if (!plan.isInstanceOf[LocalRelation])
      plan.expressions.foreach(checkExpression(_, depth + 1))
    plan.children.foreach(checkPlan(_, depth + 1))
  }

  private def checkTable(table: UnresolvedRelation): Unit = {
    if (table.multipartIdentifier.size != 1)
      refuse(table, s"the table ${table.name} has a schema: tables of a query " +
        "have names without one")
    if (table.isStreaming || !table.options.isEmpty)
      refuse(table, s"the table ${table.name} has options")
  }

  private def checkTableFunction(table: UnresolvedTableValuedFunction): Unit =
    if (table.name.size != 1 || table.isStreaming ||
      !SqlFunctions.isKnownTable(SqlFunctions.fold(table.name.head)))
      refuse(table, s"the table function ${table.name.mkString(".")} is not " +
        "one that queries may call")

  private def checkExpression(expression: Expression, depth: Int): Unit = {
    checkDepth(expression, depth)
    if (!SqlCheck.expressions(SqlCheck.nameOf(expression)))
      refuse(expression,
        s"${SqlCheck.nameOf(expression)} is not what queries may have")
    expression match {
      case call: UnresolvedFunction => checkFunction(call, call.nameParts)
      case call: UnresolvedGenerator =>
        checkFunction(call, call.name.database.toSeq :+ call.name.funcName)
      case subquery: PlanExpression[_] =>
        subquery.plan match {
          case plan: LogicalPlan => checkPlan(plan, depth + 1)
          case _ => refuse(subquery, "this subquery is not known")
        }
      case _ =>
    }
    expression.children.foreach(checkExpression(_, depth + 1))
  }

  private def checkFunction(call: Expression, parts: Seq[String]): Unit = {
    val name = SqlFunctions.fold(parts.last)
    functions += name
    if (parts.size != 1 || !isKnown(name))
      refuse(call, s"the function ${parts.mkString(".")} is not one that " +
        "queries may call")
  }
}

/** Spark's parser takes time by the square of how deep brackets and `case` lie,
  * and cannot be stopped: that is looked at before.
  */
private object SqlSize {
  private val depthMax = 100
  private val queriesMax = 2000

  private def lexerOf(text: String): SqlBaseLexer = {
    // It knows words in capitals only; places stay what they are.
    val lexer = new SqlBaseLexer(CharStreams.fromString(text.map(_.toUpper)))
    lexer.removeErrorListeners()
    lexer
  }

  /** Where the first statement ends, in characters; none: it goes on. */
  def end(text: String): (String, Int) = {
    val lexer = lexerOf(text)
    var blank = true
    var token = lexer.nextToken()
    while (token.getType != Token.EOF) {
      if (token.getType == SqlBaseLexer.SEMICOLON)
        return ("ended", text.offsetByCodePoints(0, token.getStopIndex + 1))
      blank &= token.getChannel != Token.DEFAULT_CHANNEL
      token = lexer.nextToken()
    }
    (if (blank) "blank" else "open", text.length)
  }

  def check(text: String): Unit = {
    val lexer = lexerOf(text)
    var depth, queries = 0
    var token = lexer.nextToken()
    while (token.getType != Token.EOF) {
      token.getType match {
        case SqlBaseLexer.LEFT_PAREN | SqlBaseLexer.LEFT_BRACKET |
            SqlBaseLexer.CASE => depth += 1
        case SqlBaseLexer.RIGHT_PAREN | SqlBaseLexer.RIGHT_BRACKET |
            SqlBaseLexer.END => depth = math.max(0, depth - 1)
        case SqlBaseLexer.SELECT => queries += 1
        case _ =>
      }
      if (depth > depthMax)
        refuse(s"the query is nested too deep: $depthMax brackets are the most")
      if (queries > queriesMax)
        refuse(s"the query has more than $queriesMax SELECTs")
      token = lexer.nextToken()
    }
  }

  private def refuse(reason: String): Nothing =
    throw new LambdaException(SqlFailure.LimitExceeded, reason)
}

private object SqlCheck {
  /** Classes without their package and `$`. */
  def nameOf(node: Any): String =
    node.getClass.getSimpleName.stripSuffix("$")

  /** `CreateTableAsSelect`: CREATE TABLE. */
  def kindOf(plan: LogicalPlan): String =
    "[A-Z]+(?![a-z])|[A-Z][a-z]+".r
      .findAllIn(nameOf(plan).stripSuffix("Command").stripPrefix("Unresolved"))
      .take(2).mkString(" ").toUpperCase(Locale.ROOT)

  /** What the parser makes of queries. */
  val plans: Set[String] = SqlFunctions.words("""
    Aggregate Distinct Except Filter Generate GlobalLimit Intersect Join
    LateralJoin LocalLimit LocalRelation Offset OneRowRelation Pivot Project
    RepartitionByExpression Sample Sort SubqueryAlias Union UnresolvedHaving
    UnresolvedHint UnresolvedInlineTable UnresolvedQualify UnresolvedRelation
    UnresolvedSubqueryColumnAliases UnresolvedTVFAliases
    UnresolvedTableValuedFunction UnresolvedWith Unpivot WithWindowDefinition
  """)

  val expressions: Set[String] = SqlFunctions.words("""
    Add AggregateExpression Alias And AtLeastNNonNulls Between BitwiseAnd
    BitwiseNot BitwiseOr BitwiseXor CaseWhen Cast Coalesce Collate Concat
    CreateArray CreateMap CreateNamedStruct CreateStruct Cube CurrentDate
    CurrentRow CurrentTime CurrentTimestamp Divide EqualNullSafe EqualTo Exists
    GreaterThan GreaterThanOrEqual GroupingSets ILike If In InSubquery
    IntegralDivide IsNotNull IsNull LambdaFunction LateralSubquery LessThan
    LessThanOrEqual Like LikeAll LikeAny ListQuery Literal MultiAlias Multiply
    NamedArgumentExpression NamedParameter Not NotLikeAll NotLikeAny Or Overlay
    RLike Remainder Rollup ScalarSubquery SemiStructuredExtract ShiftLeft
    ShiftRight ShiftRightUnsigned SortOrder SpecifiedWindowFrame StringLocate
    StringTrim StringTrimBoth StringTrimLeft StringTrimRight Substring Subtract
    TimestampAdd TimestampDiff UnaryMinus UnaryPositive UnboundedFollowing
    UnboundedPreceding UnresolvedAlias UnresolvedAttribute
    UnresolvedExtractValue UnresolvedFunction UnresolvedGenerator
    UnresolvedNamedLambdaVariable UnresolvedOrdinal UnresolvedStar
    UnresolvedStarExceptOrReplace UnresolvedWindowExpression
    UnresolvedWithinGroup UnspecifiedFrame WindowExpression
    WindowSpecDefinition
  """)

  /** What comes of names: a column that is none may be a word of Spark's. */
  def checkAnalyzed(plan: LogicalPlan, fail: SqlFailure): Unit =
    plan.foreachWithSubqueries(_.expressions.foreach(_.foreach {
      case tells @ (_: CallMethodViaReflection | _: TryReflect |
          _: CurrentUser | _: CurrentDatabase | _: CurrentCatalog |
          _: InputFileName | _: InputFileBlockStart | _: InputFileBlockLength |
          _: SparkVersion | _: UserDefinedExpression | _: VariableReference) =>
        fail(tells.origin, SqlFailure.InvalidPlan,
          s"${tells.prettyName} is not what queries may have")
      case _ =>
    }))
}
