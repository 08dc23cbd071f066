/* What org.apache.spark.sql.wasidata.Native calls. Batches cross as Arrow's
 * buffers do in IPC: a length and a count of nulls for each array, an address
 * and a size for each buffer, depth first, so neither side converts anything.
 */
#include <jni.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "task.h"

#define EXCEPTION "org/apache/spark/sql/wasidata/LambdaException"
#define NAME(name) Java_org_apache_spark_sql_wasidata_Native_00024_##name

/* Bytes of a report: 256 counters, and what a program says. */
#define REPORT_MAX (1 << 20)

/* Nodes and buffers of a batch on their way, at most. */
#define NUMBERS_MAX 200000

static struct wd_task *
task_of(jlong handle)
{
  return (struct wd_task *)(intptr_t)handle;
}

/* Throws what the message and the trace say, in a form that the client finds in
 * Spark's own words: src/engine/spark/failure.c. */
static void
throw_error(JNIEnv *env, const struct wd_error *from)
{
  char text[sizeof from->message + sizeof from->trace + 64];
  jclass class = (*env)->FindClass(env, EXCEPTION);
  jmethodID make;
  jbyteArray bytes;
  jobject exception;
  jsize length;

  snprintf(text, sizeof text, "[wasi-data:%d:%d] %s\n%s[wasi-data:end]",
           (int)from->status, (int)from->origin, from->message, from->trace);
  length = (jsize)strlen(text);
  if (!class)
    return;
  make = (*env)->GetMethodID(env, class, "<init>", "([B)V");
  bytes = (*env)->NewByteArray(env, length);
  if (!make || !bytes)
    return;
  (*env)->SetByteArrayRegion(env, bytes, 0, length, (const jbyte *)text);
  exception = (*env)->NewObject(env, class, make, bytes);
  if (exception)
    (*env)->Throw(env, exception);
}

static void
copy_folder(JNIEnv *env, jstring folder, char *path, size_t size)
{
  const char *text = (*env)->GetStringUTFChars(env, folder, NULL);

  snprintf(path, size, "%s", text ? text : "");
  if (text)
    (*env)->ReleaseStringUTFChars(env, folder, text);
}

JNIEXPORT jlong JNICALL NAME(open)(JNIEnv *env, jobject self,
                                   jbyteArray closure, jstring folder,
                                   jint partition, jint partitions);

JNIEXPORT jlong JNICALL
NAME(open)(JNIEnv *env, jobject self, jbyteArray closure, jstring folder,
           jint partition, jint partitions)
{
  struct wd_error error = {0};
  struct wd_task *task = NULL;
  char path[4096];
  jbyte *bytes = (*env)->GetByteArrayElements(env, closure, NULL);
  struct wd_sc_view view = {(const uint8_t *)bytes,
                            (size_t)(*env)->GetArrayLength(env, closure)};

  (void)self;
  if (!bytes)
    return 0;
  copy_folder(env, folder, path, sizeof path);
  if (wd_task_new(view, path, (uint32_t)partition, (uint32_t)partitions, &task,
                  &error) != WD_OK)
    throw_error(env, &error);
  (*env)->ReleaseByteArrayElements(env, closure, bytes, JNI_ABORT);
  return (jlong)(intptr_t)task;
}

JNIEXPORT void JNICALL NAME(close)(JNIEnv *env, jobject self, jlong handle);

JNIEXPORT void JNICALL
NAME(close)(JNIEnv *env, jobject self, jlong handle)
{
  (void)env, (void)self;
  wd_task_free(task_of(handle));
}

/* What its program's lambdas counted and said; NULL for nothing. */
JNIEXPORT jbyteArray JNICALL NAME(report)(JNIEnv *env, jobject self,
                                          jlong handle);

JNIEXPORT jbyteArray JNICALL
NAME(report)(JNIEnv *env, jobject self, jlong handle)
{
  jbyteArray bytes = NULL;
  struct wd_buf buf;

  (void)self;
  wd_buf_init(&buf, NULL, REPORT_MAX);
  wd_task_report(task_of(handle), &buf);
  if (buf.length && !buf.failed)
    bytes = (*env)->NewByteArray(env, (jsize)buf.length);
  if (bytes)
    (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)buf.length,
                               (const jbyte *)buf.data);
  wd_buf_fini(&buf);
  return bytes;
}

JNIEXPORT void JNICALL NAME(kill)(JNIEnv *env, jobject self, jlong handle);

JNIEXPORT void JNICALL
NAME(kill)(JNIEnv *env, jobject self, jlong handle)
{
  (void)env, (void)self;
  wd_task_kill(task_of(handle));
}

JNIEXPORT void JNICALL NAME(run)(JNIEnv *env, jobject self, jlong handle,
                                 jint command);

JNIEXPORT void JNICALL
NAME(run)(JNIEnv *env, jobject self, jlong handle, jint command)
{
  (void)env, (void)self;
  wd_task_run(task_of(handle), (enum wd_task_command)command);
}

/* Whether the command has ended; throws how it failed. */
JNIEXPORT jboolean JNICALL NAME(await)(JNIEnv *env, jobject self, jlong handle,
                                       jint milliseconds);

JNIEXPORT jboolean JNICALL
NAME(await)(JNIEnv *env, jobject self, jlong handle, jint milliseconds)
{
  struct wd_task *task = task_of(handle);
  bool done = wd_task_wait(task, (uint32_t)milliseconds);

  (void)self;
  if (done && wd_task_failure(task))
    throw_error(env, wd_task_failure(task));
  return done;
}

/* The plan and the adapter should agree about columns; when they do not, no
 * memory may be read that is not there. */
static bool
check_counts(JNIEnv *env, struct wd_task *task, int slot, jlongArray nodes,
             jlongArray buffers)
{
  struct wd_error error = {0};
  uint32_t wanted_nodes, wanted_buffers;
  jsize node_count = (*env)->GetArrayLength(env, nodes) / 2;
  jsize buffer_count = (*env)->GetArrayLength(env, buffers) / 2;

  wd_task_shape(task, slot, &wanted_nodes, &wanted_buffers);
  if ((uint32_t)node_count == wanted_nodes &&
      (uint32_t)buffer_count == wanted_buffers && node_count < NUMBERS_MAX &&
      buffer_count < NUMBERS_MAX)
    return true;
  wd_fail(&error, WD_INTERNAL,
          "a batch has %d arrays and %d buffers, the lambda's %u and %u",
          (int)node_count, (int)buffer_count, wanted_nodes, wanted_buffers);
  throw_error(env, &error);
  return false;
}

/* The batch of a slot: pairs of length and nulls, pairs of address and size. */
JNIEXPORT void JNICALL NAME(put)(JNIEnv *env, jobject self, jlong handle,
                                 jint slot, jint rows, jlongArray nodes,
                                 jlongArray buffers);

JNIEXPORT void JNICALL
NAME(put)(JNIEnv *env, jobject self, jlong handle, jint slot, jint rows,
          jlongArray nodes, jlongArray buffers)
{
  struct wd_task *task = task_of(handle);
  struct wd_task_input *input = wd_task_input(task, slot);
  jsize count;
  jlong pair[2];

  (void)self;
  if (!check_counts(env, task, slot, nodes, buffers))
    return;
  input->rows = (uint32_t)rows;
  count = (*env)->GetArrayLength(env, nodes) / 2;
  for (jsize i = 0; i < count; i++) {
    (*env)->GetLongArrayRegion(env, nodes, 2 * i, 2, pair);
    input->nodes[i] = (struct wd_node){(uint32_t)pair[0], (uint32_t)pair[1]};
  }
  count = (*env)->GetArrayLength(env, buffers) / 2;
  for (jsize i = 0; i < count; i++) {
    (*env)->GetLongArrayRegion(env, buffers, 2 * i, 2, pair);
    input->sources[i] = (const uint8_t *)(intptr_t)pair[0];
    input->sizes[i] = (uint64_t)pair[1];
  }
}

JNIEXPORT void JNICALL NAME(groups)(JNIEnv *env, jobject self, jlong handle,
                                    jlong address);

JNIEXPORT void JNICALL
NAME(groups)(JNIEnv *env, jobject self, jlong handle, jlong address)
{
  (void)env, (void)self;
  wd_task_groups(task_of(handle), (const uint32_t *)(intptr_t)address);
}

/* The columns of a table that are wanted. */
JNIEXPORT void JNICALL NAME(columns)(JNIEnv *env, jobject self, jlong handle,
                                     jintArray columns);

JNIEXPORT void JNICALL
NAME(columns)(JNIEnv *env, jobject self, jlong handle, jintArray columns)
{
  struct wd_error error = {0};
  jsize count = (*env)->GetArrayLength(env, columns);
  jint *items = (*env)->GetIntArrayElements(env, columns, NULL);

  (void)self;
  if (!items)
    return;
  if (wd_task_columns(task_of(handle), (const uint32_t *)items, (uint32_t)count,
                      &error) != WD_OK)
    throw_error(env, &error);
  (*env)->ReleaseIntArrayElements(env, columns, items, JNI_ABORT);
}

/* Rows of the output, -1 for none; and whether there may be more. */
JNIEXPORT jint JNICALL NAME(rows)(JNIEnv *env, jobject self, jlong handle);

JNIEXPORT jint JNICALL
NAME(rows)(JNIEnv *env, jobject self, jlong handle)
{
  bool more;
  const struct wd_batch *batch = wd_task_output(task_of(handle), &more);

  (void)env, (void)self;
  return batch ? (jint)batch->rows : -1;
}

JNIEXPORT jboolean JNICALL NAME(more)(JNIEnv *env, jobject self, jlong handle);

JNIEXPORT jboolean JNICALL
NAME(more)(JNIEnv *env, jobject self, jlong handle)
{
  bool more;

  (void)env, (void)self;
  wd_task_output(task_of(handle), &more);
  return more;
}

/* What the output has: nodes as pairs, then a size for each buffer. */
JNIEXPORT jlongArray JNICALL NAME(shape)(JNIEnv *env, jobject self,
                                         jlong handle);

JNIEXPORT jlongArray JNICALL
NAME(shape)(JNIEnv *env, jobject self, jlong handle)
{
  struct wd_task *task = task_of(handle);
  bool more;
  const struct wd_batch *batch = wd_task_output(task, &more);
  uint32_t count = 2 * batch->node_count + batch->buffer_count;
  uint64_t *sizes = wd_mem_calloc(NULL, count + 1, sizeof *sizes);
  jlongArray array = (*env)->NewLongArray(env, (jsize)count);

  (void)self;
  if (sizes && array) {
    for (uint32_t i = 0; i < batch->node_count; i++) {
      sizes[2 * i] = batch->nodes[i].length;
      sizes[2 * i + 1] = batch->nodes[i].null_count;
    }
    wd_task_output_sizes(task, sizes + 2 * batch->node_count);
    (*env)->SetLongArrayRegion(env, array, 0, (jsize)count,
                               (const jlong *)(const void *)sizes);
  }
  wd_mem_free(NULL, sizes, (count + 1) * sizeof *sizes);
  return sizes ? array : NULL;
}

/* Copies the buffers to pairs of address and size, as `shape` gave them. */
JNIEXPORT void JNICALL NAME(take)(JNIEnv *env, jobject self, jlong handle,
                                  jlongArray buffers);

JNIEXPORT void JNICALL
NAME(take)(JNIEnv *env, jobject self, jlong handle, jlongArray buffers)
{
  uint32_t count = (uint32_t)(*env)->GetArrayLength(env, buffers) / 2;
  uint64_t *sizes = wd_mem_calloc(NULL, count + 1, sizeof *sizes);
  uint8_t **places = wd_mem_calloc(NULL, count + 1, sizeof *places);
  jlong pair[2];

  (void)self;
  for (uint32_t i = 0; sizes && places && i < count; i++) {
    (*env)->GetLongArrayRegion(env, buffers, (jsize)(2 * i), 2, pair);
    places[i] = (uint8_t *)(intptr_t)pair[0];
    sizes[i] = (uint64_t)pair[1];
  }
  if (sizes && places)
    wd_task_output_copy(task_of(handle), sizes, places);
  wd_mem_free(NULL, sizes, (count + 1) * sizeof *sizes);
  wd_mem_free(NULL, places, (count + 1) * sizeof *places);
}

JNIEXPORT jstring JNICALL NAME(version)(JNIEnv *env, jobject self);

JNIEXPORT jstring JNICALL
NAME(version)(JNIEnv *env, jobject self)
{
  (void)self;
  return (*env)->NewStringUTF(env, WD_VERSION);
}
