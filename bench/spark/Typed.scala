import org.apache.spark.sql.{Encoder, Encoders, SparkSession, functions => f}
import org.apache.spark.sql.api.java.UDF1
import org.apache.spark.sql.expressions.Aggregator
import org.apache.spark.sql.types.{LongType, StringType}

/** Java UDFs and Scala's typed operations, as bench/spark/run calls them. Each
  * gives one number, by which results are compared.
  */
object Typed {
  private val addOne = new UDF1[java.lang.Long, java.lang.Long] {
    override def call(x: java.lang.Long): java.lang.Long = x + 1
  }
  private val upper = new UDF1[String, String] {
    override def call(s: String): String = s.toUpperCase
  }
  private val ofThree = new UDF1[java.lang.Long, java.lang.Boolean] {
    override def call(x: java.lang.Long): java.lang.Boolean = x % 3 == 0
  }

  private object Sum extends Aggregator[(Long, Long), Long, Long] {
    override def zero: Long = 0
    override def reduce(sum: Long, row: (Long, Long)): Long = sum + row._1
    override def merge(a: Long, b: Long): Long = a + b
    override def finish(sum: Long): Long = sum
    override def bufferEncoder: Encoder[Long] = Encoders.scalaLong
    override def outputEncoder: Encoder[Long] = Encoders.scalaLong
  }

  def words(line: String): Iterator[String] = new Iterator[String] {
    private var at = 0
    private def isLetter(c: Char) = (c | 0x20) >= 'a' && (c | 0x20) <= 'z'
    private def skip(): Unit =
      while (at < line.length && !isLetter(line.charAt(at))) at += 1
    skip()
    override def hasNext: Boolean = at < line.length
    override def next(): String = {
      val start = at
      while (at < line.length && isLetter(line.charAt(at))) at += 1
      val word = line.substring(start, at)
      skip()
      word
    }
  }

  def run(spark: SparkSession, how: String, name: String, rows: Long,
      path: String): Long = {
    import spark.implicits._
    val ids = spark.range(rows)
    val strings =
      ids.select(f.concat(f.lit("row number "), $"id".cast("string")).as("s"))
    def one(frame: org.apache.spark.sql.DataFrame): Long = frame.head().getLong(0)
    (how, name) match {
      case ("builtin", "map") => one(ids.select(f.sum($"id" + 1)))
      case ("java-udf", "map") =>
        val udf = f.udf(addOne, LongType)
        one(ids.select(f.sum(udf($"id"))))
      case ("typed", "map") =>
        one(ids.as[Long].map(_ + 1).toDF("y").select(f.sum($"y")))
      case ("typed-partitions", "map") =>
        one(ids.as[Long].mapPartitions(_.map(_ + 1)).toDF("y")
          .select(f.sum($"y")))
      case ("builtin", "filter") =>
        one(ids.where($"id" % 3 === 0).select(f.count("*")))
      case ("java-udf", "filter") =>
        val udf = f.udf(ofThree, org.apache.spark.sql.types.BooleanType)
        one(ids.where(udf($"id")).select(f.count("*")))
      case ("typed", "filter") =>
        one(ids.as[Long].filter((x: Long) => x % 3 == 0).toDF("y")
          .select(f.count("*")))
      case ("builtin", "string") =>
        one(strings.select(f.sum(f.octet_length(f.upper($"s")))))
      case ("java-udf", "string") =>
        val udf = f.udf(upper, StringType)
        one(strings.select(f.sum(f.octet_length(udf($"s")))))
      case ("typed", "string") =>
        one(strings.as[String].map(_.toUpperCase).toDF("y")
          .select(f.sum(f.octet_length($"y"))))
      case ("builtin", "groups") =>
        one(ids.groupBy($"id" % 1000).agg(f.sum("id").as("y"))
          .select(f.sum($"y")))
      case ("typed", "groups") =>
        one(ids.select($"id".as("_1"), ($"id" % 1000).as("_2"))
          .as[(Long, Long)].groupByKey(_._2).agg(Sum.toColumn).toDF("k", "y")
          .select(f.sum($"y")))
      case ("typed", "words") =>
        one(spark.read.textFile(path).flatMap(words(_)).toDF("word")
          .groupBy("word").count().select(f.sum($"count")))
      case ("rdd", "words") =>
        spark.read.textFile(path).rdd.flatMap(words(_)).map((_, 1L))
          .reduceByKey(_ + _).values.sum().toLong
      case _ => -1L
    }
  }
}
