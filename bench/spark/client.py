#!/usr/bin/env python3
"""What PySpark's client of Spark Connect needs for rows that a program wants:

    bench/spark/client.py ADDRESS ROWS REPETITIONS

Prints as bench/guests/bench.h says."""
import sys

import pyarrow.compute
from pyspark.sql.connect.session import SparkSession

address, rows, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
spark = SparkSession.builder.remote(address).getOrCreate()
for _ in range(repetitions):
    print("B", end="", flush=True)
    table = spark.range(rows).toArrow()
    total = pyarrow.compute.sum(table.column(0)).as_py()
    print(f"{table.num_rows} {total}E", end="", flush=True)
    del table
