package org.apache.spark.sql.wasidata

import org.apache.spark.connect.proto
import org.apache.spark.sql.types.{DataType, StructType}
import org.sparkproject.connect.protobuf.ByteString

/** A table of a query's: its columns as DDL, and where it is run, its rows in
  * their order.
  */
case class SqlTable(name: String, columns: String,
    rows: Option[proto.Relation])

/** A call that the client has bound: which operand each argument is and its type,
  * which arguments the lambda looks at; where it is run, the lambda.
  */
case class SqlCall(index: Int, operands: Seq[Int], arguments: String,
    result: String, columns: Seq[Int], strict: Boolean, closure: ByteString) {
  lazy val types: Seq[DataType] =
    if (arguments.isEmpty) Nil
    else StructType.fromDDL(arguments).fields.map(_.dataType).toSeq
  lazy val output: DataType = StructType.fromDDL(result).fields.head.dataType
}

/** What the client asks of a query: src/engine/spark/sql.c writes it. */
case class SqlMessage(
    version: String,
    text: String,
    step: Int,
    tables: Seq[SqlTable],
    parameters: Seq[(String, proto.Expression)],
    functions: Seq[String],
    calls: Seq[SqlCall],
    operation: String)

object SqlMessage {
  val Query = "wasidata.Query"

  /** What it names; what comes out of it; its rows; where it ends. */
  val Names = 0
  val Bind = 1
  val Run = 2
  val End = 3

  private val empty = SqlMessage("", "", Names, Vector.empty, Vector.empty,
    Vector.empty, Vector.empty, "")

  def parse(bytes: ByteString): SqlMessage =
    Messages.read(bytes, empty) { (message, in) =>
      {
        case 1 => message.copy(version = in.readString())
        case 2 => message.copy(text = in.readString())
        case 3 => message.copy(step = in.readInt32())
        case 4 => message.copy(tables = message.tables :+ table(in.readBytes()))
        case 5 =>
          message.copy(parameters =
            message.parameters :+ parameter(in.readBytes()))
        case 6 => message.copy(functions = message.functions :+ in.readString())
        case 7 => message.copy(calls = message.calls :+ call(in.readBytes()))
        case 17 => message.copy(operation = in.readString())
      }
    }

  private def table(bytes: ByteString): SqlTable =
    Messages.read(bytes, SqlTable("", "", None)) { (table, in) =>
      {
        case 1 => table.copy(name = in.readString())
        case 2 => table.copy(columns = in.readString())
        case 3 => table.copy(rows = Some(Messages.relation(in)))
      }
    }

  private def parameter(bytes: ByteString): (String, proto.Expression) =
    Messages.read(bytes, ("", proto.Expression.getDefaultInstance)) {
      (parameter, in) =>
        {
          case 1 => parameter.copy(_1 = in.readString())
          case 2 => parameter.copy(_2 = Messages.expression(in))
        }
    }

  private def call(bytes: ByteString): SqlCall =
    Messages.read(bytes, SqlCall(0, Vector.empty, "", "", Vector.empty, false,
      ByteString.EMPTY)) { (call, in) =>
      {
        case 1 => call.copy(index = in.readInt32())
        case 2 => call.copy(operands = call.operands :+ in.readInt32())
        case 3 => call.copy(arguments = in.readString())
        case 4 => call.copy(result = in.readString())
        case 5 => call.copy(columns = call.columns :+ in.readInt32())
        case 6 => call.copy(strict = in.readBool())
        case 7 => call.copy(closure = in.readBytes())
      }
    }
}
