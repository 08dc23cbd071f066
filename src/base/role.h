/* What a lambda is used for: the WIT's enum `role`, in its order, then roles
 * that have an interface of their own. */
#ifndef WD_BASE_ROLE_H
#define WD_BASE_ROLE_H

enum wd_role {
  WD_ROLE_MAP,
  WD_ROLE_FILTER,
  WD_ROLE_FLAT_MAP,
  WD_ROLE_PARTITION,
  WD_ROLE_GROUP,
  WD_ROLE_FOR_EACH,
  WD_ROLE_REDUCE,
  WD_ROLE_AGGREGATE,
  WD_ROLE_SCALAR,
  WD_ROLE_RELATION,
  WD_ROLE_CO_GROUP, /* the interface `co-groups` */
  WD_ROLE_TABLE,    /* the interface `tables`: a source */
  WD_ROLE_LATERAL,  /* the same, once for each row of arguments */
  /* The interface `type-operations`: a column for a column. */
  WD_ROLE_TO_TEXT,
  WD_ROLE_FROM_TEXT,
  WD_ROLE_SORT_KEYS,
};

/* Whether it is an operation of a named type. */
static inline int
wd_role_is_of_types(enum wd_role role)
{
  return role >= WD_ROLE_TO_TEXT;
}

/* The name that people read: `map`, `flat-map`, … Static storage. */
const char *
wd_role_name(enum wd_role role);

#endif
