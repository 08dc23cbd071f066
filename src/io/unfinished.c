#include "io/unfinished.h"

#include <pthread.h>
#include <stddef.h>

#include "io/tree.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wd_unfinished *entries; /* under the lock */

void
wd_unfinished_add(struct wd_unfinished *entry, const char *path)
{
  pthread_mutex_lock(&lock);
  entry->path = path;
  entry->next = entries;
  entry->link = &entries;
  if (entries)
    entries->link = &entry->next;
  entries = entry;
  pthread_mutex_unlock(&lock);
}

void
wd_unfinished_drop(struct wd_unfinished *entry)
{
  if (!entry->link)
    return;
  pthread_mutex_lock(&lock);
  *entry->link = entry->next;
  if (entry->next)
    entry->next->link = entry->link;
  entry->link = NULL;
  pthread_mutex_unlock(&lock);
}

void
wd_unfinished_remove_all(void)
{
  pthread_mutex_lock(&lock);
  for (const struct wd_unfinished *entry = entries; entry; entry = entry->next)
    wd_tree_remove(entry->path);
}
