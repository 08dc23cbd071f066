package org.apache.spark.sql.wasidata

import scala.collection.mutable.ArrayBuffer

import org.apache.arrow.vector.VarBinaryVector

import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{Expression, GenericInternalRow, UnsafeProjection}
import org.apache.spark.sql.catalyst.expressions.aggregate.{ImperativeAggregate, TypedImperativeAggregate}
import org.apache.spark.sql.types.{BinaryType, DataType, StructField, StructType}

/** A group's state: bytes of the lambda's, null before the first row. `mark` is
  * its place in the batch of `owner` that waits, -1 when it has none there. Past
  * so many keys Spark sorts, and merges by another copy of the aggregate than
  * the one that updated: so a state knows where its calls wait.
  */
private final class State(var bytes: Array[Byte]) {
  var mark = -1
  var owner: AggregateCalls = _

  /** The same, when no call on it waits any more. */
  def settled(): State = {
    if (mark >= 0) owner.flush()
    this
  }
}

/** reduce and aggregates: states in bytes, which Spark shuffles. Rows and states
  * wait and are handed over by the thousand. The result is the state;
  * LambdaMessage.Finish makes rows of them.
  */
case class LambdaAggregate(spec: LambdaSpec, children: Seq[Expression],
    mutableAggBufferOffset: Int = 0, inputAggBufferOffset: Int = 0)
    extends TypedImperativeAggregate[AnyRef] {
  @transient private lazy val calls =
    new AggregateCalls(spec, children.take(spec.columns))

  override def prettyName: String = "lambda"
  override def nullable: Boolean = true
  override def dataType: DataType = BinaryType
  override def createAggregationBuffer(): AnyRef = new State(null)

  override def update(buffer: AnyRef, row: InternalRow): AnyRef = {
    calls.update(buffer.asInstanceOf[State], row)
    buffer
  }

  override def merge(buffer: AnyRef, other: AnyRef): AnyRef = {
    calls.combine(buffer.asInstanceOf[State], other.asInstanceOf[State])
    buffer
  }

  override def eval(buffer: AnyRef): Any =
    buffer.asInstanceOf[State].settled().bytes

  /** A byte in front tells a state that is empty from none. */
  override def serialize(buffer: AnyRef): Array[Byte] = {
    val bytes = buffer.asInstanceOf[State].settled().bytes
    if (bytes == null) Array.emptyByteArray else (1: Byte) +: bytes
  }

  override def deserialize(bytes: Array[Byte]): AnyRef =
    new State(if (bytes.isEmpty) null else bytes.tail)

  override def withNewMutableAggBufferOffset(offset: Int): ImperativeAggregate =
    copy(mutableAggBufferOffset = offset)
  override def withNewInputAggBufferOffset(offset: Int): ImperativeAggregate =
    copy(inputAggBufferOffset = offset)
  override protected def withNewChildrenInternal(
      changed: IndexedSeq[Expression]): LambdaAggregate = copy(children = changed)
}

/** The calls of one aggregate in one task, made when many are together. */
private final class AggregateCalls(spec: LambdaSpec, arguments: Seq[Expression]) {
  private val binary = StructType(Seq(StructField("state", BinaryType)))
  private val task = new Task(spec, None)
  private val rows = new Input(task, StructType(arguments.zipWithIndex.map {
    case (argument, i) => StructField(s"c$i", argument.dataType)
  }))
  private val lefts = new Input(task, binary)
  private val rights = new Input(task, binary)
  private val output = new Output(task, binary, 1)
  private val project = UnsafeProjection.create(arguments)
  private val one = new GenericInternalRow(1)

  /** The states of the calls that wait; either updates or combinations do. */
  private val states = ArrayBuffer.empty[State]
  private val groups = task.keep(
    task.allocator.buffer(4L * Task.BatchRows))
  private val others = ArrayBuffer.empty[State]
  private var waiting = 0L // bytes of states

  private def isFull: Boolean =
    rows.isFull || others.size >= Task.BatchRows || waiting >= Task.BatchBytes

  def update(state: State, row: InternalRow): Unit = {
    if (others.nonEmpty || isFull) flush()
    if (state.owner ne this) state.settled(): Unit
    if (state.mark < 0) add(state)
    groups.setInt(4L * rows.rows, state.mark)
    rows.write(project(row))
  }

  def combine(state: State, other: State): Unit = {
    if (other.bytes == null) return
    state.settled(): Unit
    if (rows.rows > 0 || isFull) flush()
    if (state.bytes == null) state.bytes = other.bytes
    else {
      add(state)
      others += other
      waiting += other.bytes.length
    }
  }

  private def add(state: State): Unit = {
    state.mark = states.size
    state.owner = this
    states += state
    if (state.bytes != null) waiting += state.bytes.length
  }

  private def write(input: Input, from: Iterable[State]): Unit =
    from.foreach { state =>
      one.update(0, state.bytes)
      input.write(one)
    }

  def flush(): Unit = {
    if (states.nonEmpty) {
      write(lefts, states)
      lefts.offer(Native.StatesSlot) {
        if (others.nonEmpty) {
          write(rights, others)
          rights.call(Native.RightSlot, Native.Combine)
        } else {
          task.groups(groups.memoryAddress())
          rows.call(Native.InputSlot, Native.Update)
        }
      }
      take()
    }
    states.clear()
    others.clear()
    waiting = 0
  }

  private def take(): Unit = {
    output.take(): Unit
    val vector = output.vectors.getVector(0).asInstanceOf[VarBinaryVector]
    states.indices.foreach { i =>
      states(i).bytes = if (vector.isNull(i)) null else vector.get(i)
      states(i).mark = -1
    }
  }
}
