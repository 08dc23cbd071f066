package org.apache.spark.sql.wasidata

import scala.collection.mutable.ArrayBuffer

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

  def parse(bytes: ByteString): SqlMessage = {
    val in = Messages.open(bytes)
    val tables = ArrayBuffer.empty[SqlTable]
    val parameters = ArrayBuffer.empty[(String, proto.Expression)]
    val functions = ArrayBuffer.empty[String]
    val calls = ArrayBuffer.empty[SqlCall]
    var message = SqlMessage("", "", Names, Nil, Nil, Nil, Nil, "")
    var tag = in.readTag()
    while (tag != 0) {
      message = tag >>> 3 match {
        case 1 => message.copy(version = in.readString())
        case 2 => message.copy(text = in.readString())
        case 3 => message.copy(step = in.readInt32())
        case 4 => tables += table(in.readBytes()); message
        case 5 => parameters += parameter(in.readBytes()); message
        case 6 => functions += in.readString(); message
        case 7 => calls += call(in.readBytes()); message
        case 17 => message.copy(operation = in.readString())
        case _ => in.skipField(tag): Unit; message
      }
      tag = in.readTag()
    }
    message.copy(tables = tables.toSeq, parameters = parameters.toSeq,
      functions = functions.toSeq, calls = calls.toSeq)
  }

  private def table(bytes: ByteString): SqlTable = {
    val in = Messages.open(bytes)
    var table = SqlTable("", "", None)
    var tag = in.readTag()
    while (tag != 0) {
      table = tag >>> 3 match {
        case 1 => table.copy(name = in.readString())
        case 2 => table.copy(columns = in.readString())
        case 3 => table.copy(rows = Some(Messages.relation(in)))
        case _ => in.skipField(tag): Unit; table
      }
      tag = in.readTag()
    }
    table
  }

  private def parameter(bytes: ByteString): (String, proto.Expression) = {
    val in = Messages.open(bytes)
    var (name, value) = ("", proto.Expression.getDefaultInstance)
    var tag = in.readTag()
    while (tag != 0) {
      tag >>> 3 match {
        case 1 => name = in.readString()
        case 2 => value = Messages.expression(in)
        case _ => in.skipField(tag): Unit
      }
      tag = in.readTag()
    }
    (name, value)
  }

  private def call(bytes: ByteString): SqlCall = {
    val in = Messages.open(bytes)
    val operands = ArrayBuffer.empty[Int]
    val columns = ArrayBuffer.empty[Int]
    var call = SqlCall(0, Nil, "", "", Nil, false, ByteString.EMPTY)
    var tag = in.readTag()
    while (tag != 0) {
      call = tag >>> 3 match {
        case 1 => call.copy(index = in.readInt32())
        case 2 => operands += in.readInt32(); call
        case 3 => call.copy(arguments = in.readString())
        case 4 => call.copy(result = in.readString())
        case 5 => columns += in.readInt32(); call
        case 6 => call.copy(strict = in.readBool())
        case 7 => call.copy(closure = in.readBytes())
        case _ => in.skipField(tag): Unit; call
      }
      tag = in.readTag()
    }
    call.copy(operands = operands.toSeq, columns = columns.toSeq)
  }
}
