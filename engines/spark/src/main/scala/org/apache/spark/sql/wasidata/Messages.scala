package org.apache.spark.sql.wasidata

import org.apache.spark.connect.proto
import org.sparkproject.connect.protobuf.{ByteString, CodedInputStream}

/** What the client sends about a lambda: src/engine/spark/lambda.c writes it. */
case class LambdaMessage(
    version: String,
    input: Option[proto.Relation],
    right: Option[proto.Relation],
    closure: ByteString,
    columns: Int,
    rightColumns: Int,
    output: String,
    outputs: Int,
    mode: Int,
    places: Seq[Int],
    keys: Int,
    arguments: Seq[proto.Expression],
    filter: Option[proto.Expression],
    guard: Option[Int],
    partitions: Int,
    rows: Long,
    operation: String)

object LambdaMessage {
  val Relation = "wasidata.Lambda"
  val Aggregate = "wasidata.Aggregate"
  val Figures = "wasidata.Figures"

  /** How rows come and go. */
  val Rows = 0 // rows in, other rows out
  val Append = 1 // a row for each row, behind its columns
  val Finish = 2 // the same of an aggregate's states
  val Groups = 3
  val CoGroups = 4
  val Partitions = 5 // as Rows, but the lambda is told of the end
  val FinishReduce = 6 // as Finish, nulls where there is no state
  val Table = 7 // no input

  val empty: LambdaMessage = LambdaMessage("", None, None, ByteString.EMPTY, 0,
    0, "", 0, Rows, Vector.empty, 0, Vector.empty, None, None, 0, 0, "")

  def parse(bytes: ByteString): LambdaMessage =
    Messages.read(bytes, empty) { (message, in) =>
      {
        case 1 => message.copy(version = in.readString())
        case 2 => message.copy(input = Some(Messages.relation(in)))
        case 3 => message.copy(closure = in.readBytes())
        case 4 => message.copy(columns = in.readInt32())
        case 5 => message.copy(output = in.readString())
        case 6 => message.copy(outputs = in.readInt32())
        case 7 => message.copy(mode = in.readInt32())
        case 8 => message.copy(places = message.places :+ in.readInt32())
        case 9 => message.copy(keys = in.readInt32())
        case 10 => message.copy(right = Some(Messages.relation(in)))
        case 11 => message.copy(rightColumns = in.readInt32())
        case 12 =>
          message.copy(arguments = message.arguments :+ Messages.expression(in))
        case 13 => message.copy(filter = Some(Messages.expression(in)))
        case 14 => message.copy(guard = Some(in.readInt32()))
        case 15 => message.copy(partitions = in.readInt32())
        case 16 => message.copy(rows = in.readInt64())
        case 17 => message.copy(operation = in.readString())
      }
    }
}

/** Messages of ours, and Spark's own in them. */
private object Messages {
  private val nesting = 1024

  /** A message out of its fields; what is not known is left out. */
  def read[A](bytes: ByteString, empty: A)(
      take: (A, CodedInputStream) => PartialFunction[Int, A]): A = {
    val in = open(bytes)
    var message = empty
    var tag = in.readTag()
    while (tag != 0) {
      val field = tag
      message = take(message, in).applyOrElse(field >>> 3, { (_: Int) =>
        in.skipField(field): Unit
        message
      })
      tag = in.readTag()
    }
    message
  }

  private def open(bytes: ByteString): CodedInputStream = {
    val in = bytes.newCodedInput()
    in.setRecursionLimit(nesting): Unit
    in
  }

  def relation(in: CodedInputStream): proto.Relation =
    proto.Relation.parseFrom(open(in.readBytes()))

  def expression(in: CodedInputStream): proto.Expression =
    proto.Expression.parseFrom(open(in.readBytes()))
}
