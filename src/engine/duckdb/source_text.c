/* The source of lines of text files.
 *
 * Files are read, not mapped: a file that is cut short while it is mapped
 * kills the process. Threads take ranges; a line belongs to the range that it
 * begins in. Each thread reads its range, and the rest of the last line, into
 * a buffer of its own and copies the lines of a chunk into the vector at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "engine/duckdb/columns.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/strings.h"

/* Readable bytes behind the text, for strings that are copied by 12. */
#define SLACK 16

struct file {
  const char *path;
  uint64_t size;
  uint64_t first_range;
};

struct text {
  struct wd_duck_source source;
  struct wd_column column;
  uint64_t range; /* bytes */
  uint64_t range_count;
  _Atomic uint64_t next_range;
  uint32_t file_count;
  struct file files[];
};

/* One thread's place. */
struct reader {
  uint32_t file; /* the one that is open */
  int descriptor;
  uint8_t *buffer;
  size_t capacity;
  size_t length;   /* bytes in the buffer */
  uint64_t offset; /* in the file, of the buffer's first byte */
  size_t at;       /* the next line; at == end: none left */
  size_t end;
};

static enum wd_status
reader_new(struct wd_duck_source *source, void **out_local,
           struct wd_error *error)
{
  struct reader *reader = wd_mem_calloc(source->mem, 1, sizeof *reader);

  if (!reader)
    return wd_fail_memory(error);
  reader->descriptor = -1;
  *out_local = reader;
  return WD_OK;
}

static void
reader_free(struct wd_duck_source *source, void *local)
{
  struct reader *reader = local;

  if (reader->descriptor >= 0)
    close(reader->descriptor);
  wd_mem_free(source->mem, reader->buffer, reader->capacity);
  wd_mem_free(source->mem, reader, sizeof *reader);
}

static enum wd_status
reader_open(const struct text *text, struct reader *reader, uint32_t file,
            struct wd_error *error)
{
  const char *path = text->files[file].path;

  if (reader->descriptor >= 0 && reader->file == file)
    return WD_OK;
  if (reader->descriptor >= 0)
    close(reader->descriptor);
  reader->file = file;
  reader->descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (reader->descriptor < 0)
    return wd_fail(error, WD_IO, "cannot read '%s': %s", path, strerror(errno));
  return WD_OK;
}

static enum wd_status
reader_reserve(const struct text *text, struct reader *reader, size_t length,
               struct wd_error *error)
{
  size_t capacity = reader->capacity ? reader->capacity : 4096;
  uint8_t *buffer;

  if (length + SLACK <= reader->capacity)
    return WD_OK;
  while (capacity < length + SLACK)
    capacity *= 2;
  buffer = wd_mem_realloc(text->source.mem, reader->buffer, reader->capacity,
                          capacity);
  if (!buffer)
    return wd_fail_memory(error);
  reader->buffer = buffer;
  reader->capacity = capacity;
  return WD_OK;
}

/* Appends bytes of the file to the buffer. */
static enum wd_status
reader_read(const struct text *text, struct reader *reader, size_t length,
            struct wd_error *error)
{
  const struct file *file = &text->files[reader->file];
  enum wd_status status =
      reader_reserve(text, reader, reader->length + length, error);

  while (status == WD_OK && length > 0) {
    ssize_t got = pread(reader->descriptor, reader->buffer + reader->length,
                        length, (off_t)(reader->offset + reader->length));

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return wd_fail(error, WD_IO, "cannot read '%s': %s", file->path,
                     strerror(errno));
    if (got == 0)
      return wd_fail(error, WD_IO,
                     "'%s' became shorter while it was read: it had %llu "
                     "bytes when the query began",
                     file->path, (unsigned long long)file->size);
    reader->length += (size_t)got;
    length -= (size_t)got;
  }
  return status;
}

static uint64_t
count_newlines(const struct text *text, struct reader *reader, uint64_t end)
{
  uint8_t block[65536];
  uint64_t count = 0, at = 0;

  while (at < end) {
    size_t wish = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
    ssize_t got = pread(reader->descriptor, block, wish, (off_t)at);

    if (got <= 0)
      break;
    for (ssize_t i = 0; i < got; i++)
      count += block[i] == '\n';
    at += (uint64_t)got;
  }
  (void)text;
  return count;
}

static enum wd_status
check_utf8(const struct text *text, struct reader *reader,
           struct wd_error *error)
{
  const uint8_t *begin = reader->buffer + reader->at;
  size_t length = reader->end - reader->at;
  size_t good = 0, step;
  uint64_t line;

  if (wd_utf8_valid(begin, length))
    return WD_OK;
  while ((step = wd_utf8_step(begin + good, length - good)) > 0)
    good += step;
  line = 1 + count_newlines(text, reader, reader->offset + reader->at + good);
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "'%s' is not UTF-8: line %llu has the byte 0x%02x where no "
                 "character can go on; convert the file",
                 text->files[reader->file].path, (unsigned long long)line,
                 begin[good]);
}

/* Where the first line of the buffer begins: at the byte after a newline. The
 * buffer of a range that does not begin the file has one byte more. */
static size_t
first_line(const struct reader *reader, bool begins_file)
{
  const uint8_t *newline;

  if (begins_file)
    return 0;
  newline = memchr(reader->buffer, '\n', reader->length);
  return newline ? (size_t)(newline - reader->buffer) + 1 : reader->length;
}

static void
skip_mark(struct reader *reader)
{
  static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};

  if (reader->end >= sizeof mark &&
      memcmp(reader->buffer, mark, sizeof mark) == 0)
    reader->at = sizeof mark;
}

/* Reads on until the last line is whole. */
static enum wd_status
read_last_line(const struct text *text, struct reader *reader,
               struct wd_error *error)
{
  const struct file *file = &text->files[reader->file];
  size_t searched = reader->length - 1;
  size_t step = 4096;

  for (;;) {
    const uint8_t *newline =
        memchr(reader->buffer + searched, '\n', reader->length - searched);
    uint64_t left = file->size - (reader->offset + reader->length);
    enum wd_status status;

    reader->end =
        newline ? (size_t)(newline - reader->buffer) + 1 : reader->length;
    if (newline || left == 0)
      return WD_OK;
    if (reader->length - searched > WD_DUCK_LINE_MAX ||
        reader->length > text->range + WD_DUCK_LINE_MAX)
      return wd_fail(error, WD_LIMIT_EXCEEDED,
                     "'%s' has a line of more than 1 GiB; is it a text file?",
                     file->path);
    searched = reader->length;
    status =
        reader_read(text, reader, left < step ? (size_t)left : step, error);
    if (status != WD_OK)
      return status;
    step *= 2;
  }
}

/* Reads the lines of a range; at == end when none begins in it. */
static enum wd_status
reader_take(const struct text *text, struct reader *reader, uint64_t range,
            struct wd_error *error)
{
  uint32_t index = reader->descriptor >= 0 ? reader->file : 0;
  const struct file *file;
  uint64_t begin, end;
  enum wd_status status;

  /* Ranges only rise, and with them files. */
  while (index + 1 < text->file_count &&
         text->files[index + 1].first_range <= range)
    index++;
  file = &text->files[index];
  begin = (range - file->first_range) * text->range;
  end = file->size - begin < text->range ? file->size : begin + text->range;
  reader->offset = begin ? begin - 1 : 0;
  reader->length = 0;
  reader->at = reader->end = 0;
  status = reader_open(text, reader, index, error);
  if (status == WD_OK)
    status = reader_read(text, reader, (size_t)(end - reader->offset), error);
  if (status != WD_OK)
    return status;
  reader->at = first_line(reader, begin == 0);
  if (reader->at >= reader->length) {
    reader->at = reader->end = 0;
    return WD_OK;
  }
  status = read_last_line(text, reader, error);
  if (status == WD_OK && begin == 0)
    skip_mark(reader);
  return status == WD_OK ? check_utf8(text, reader, error) : status;
}

/* Writes string_ts of the lines from `at` on, pointing into the buffer; how
 * many, and in reader->at where they end. */
static idx_t
scan_lines(struct reader *reader, duckdb_string_t *strings)
{
  const uint8_t *at = reader->buffer + reader->at;
  const uint8_t *end = reader->buffer + reader->end;
  const uint8_t *stop = end;
  idx_t rows = 0;

  if (stop - at > (16 << 20))
    stop = at + (16 << 20);
  while (rows < WD_DUCK_CHUNK && at < stop) {
    const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
    const uint8_t *next = newline ? newline + 1 : end;
    uint32_t length = (uint32_t)((newline ? newline : end) - at);

    if (newline && length && newline[-1] == '\r')
      length--;
    if (length > WD_DUCK_INLINED)
      wd_duck_string_point(&strings[rows++], at, length);
    else
      wd_duck_string_inline(&strings[rows++], at, length);
    at = next;
  }
  reader->at = (size_t)(at - reader->buffer);
  return rows;
}

/* Moves what the strings point to from the buffer into the vector's heap. */
static void
own_lines(duckdb_vector vector, duckdb_string_t *strings, idx_t rows,
          const uint8_t *begin, const uint8_t *end)
{
  duckdb_string_t first = strings[0];
  const char *heap;

  if (end - begin <= WD_DUCK_INLINED)
    return;
  duckdb_unsafe_vector_assign_string_element_len(vector, 0, (const char *)begin,
                                                 (idx_t)(end - begin));
  heap = strings[0].value.pointer.ptr;
  strings[0] = first;
  for (idx_t i = 0; i < rows; i++)
    if (strings[i].value.inlined.length > WD_DUCK_INLINED)
      strings[i].value.pointer.ptr =
          (char *)(uintptr_t)heap +
          (strings[i].value.pointer.ptr - (const char *)begin);
}

static enum wd_status
text_fill(struct wd_duck_source *source, void *local,
          const duckdb_vector *vectors, idx_t *out_rows, struct wd_error *error)
{
  struct text *text = (struct text *)source;
  struct reader *reader = local;
  duckdb_string_t idle[WD_DUCK_CHUNK];
  duckdb_string_t *strings =
      vectors[0] ? duckdb_vector_get_data(vectors[0]) : idle;
  size_t begin;

  while (reader->at == reader->end) {
    uint64_t range = atomic_fetch_add(&text->next_range, 1);
    enum wd_status status;

    if (range >= text->range_count) {
      *out_rows = 0;
      return WD_OK;
    }
    status = reader_take(text, reader, range, error);
    if (status != WD_OK)
      return status;
  }
  begin = reader->at;
  *out_rows = scan_lines(reader, strings);
  if (vectors[0])
    own_lines(vectors[0], strings, *out_rows, reader->buffer + begin,
              reader->buffer + reader->at);
  return WD_OK;
}

static void
text_free(struct wd_duck_source *source)
{
  struct text *text = (struct text *)source;

  wd_mem_free(source->mem, text,
              sizeof *text + text->file_count * sizeof *text->files);
}

static const struct wd_duck_source_functions text_functions = {
    .local_new = reader_new,
    .local_free = reader_free,
    .fill = text_fill,
    .free = text_free,
};

/* Compressed files have magic bytes that no text begins with. */
static const char *
compression_of(const char *path)
{
  uint8_t magic[4] = {0};
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got;

  if (descriptor < 0)
    return NULL;
  got = pread(descriptor, magic, sizeof magic, 0);
  close(descriptor);
  if (got >= 2 && magic[0] == 0x1f && magic[1] == 0x8b)
    return "gzip";
  if (got == 4 && magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f &&
      magic[3] == 0xfd)
    return "zstd";
  return NULL;
}

static enum wd_status
add_file(struct text *text, struct file *file, const char *path,
         struct wd_error *error)
{
  const char *compression = compression_of(path);
  struct stat info;

  if (stat(path, &info) != 0)
    return wd_fail(error, errno == ENOENT ? WD_NOT_FOUND : WD_IO,
                   "cannot read '%s': %s", path, strerror(errno));
  if (!S_ISREG(info.st_mode))
    return wd_fail(error, WD_UNSUPPORTED,
                   "'%s' is no regular file; text is read from files only",
                   path);
  if (compression)
    return wd_fail(error, WD_UNSUPPORTED,
                   "'%s' is compressed by %s, which is not read as text; "
                   "unpack it first",
                   path, compression);
  file->path = path;
  file->size = (uint64_t)info.st_size;
  file->first_range = text->range_count;
  text->range_count += (file->size + text->range - 1) / text->range;
  text->source.cardinality += file->size / 40 + 1;
  return WD_OK;
}

enum wd_status
wd_duck_text_new(struct wd_mem *mem, const char *table,
                 const char *const *files, uint32_t file_count, uint64_t range,
                 uint32_t threads, struct wd_duck_source **out_source,
                 struct wd_error *error)
{
  struct text *text =
      wd_mem_calloc(mem, 1, sizeof *text + file_count * sizeof *text->files);
  enum wd_status status = WD_OK;

  if (!text)
    return wd_fail_memory(error);
  text->source.functions = &text_functions;
  text->source.mem = mem;
  text->column.name = "line";
  text->column.type = wd_type_of(WD_TYPE_STRING);
  text->source.schema.count = 1;
  text->source.schema.columns = &text->column;
  text->range = range;
  text->file_count = file_count;
  for (uint32_t i = 0; status == WD_OK && i < file_count; i++)
    status = add_file(text, &text->files[i], files[i], error);
  if (status != WD_OK) {
    wd_error_prefix(error, "table '%s'", table);
    text_free(&text->source);
    return status;
  }
  text->source.max_threads = threads;
  if (text->range_count < threads)
    text->source.max_threads =
        text->range_count ? (uint32_t)text->range_count : 1;
  *out_source = &text->source;
  return WD_OK;
}
