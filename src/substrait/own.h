/* What the files share that read our own extension. */
#ifndef WD_SUBSTRAIT_OWN_H
#define WD_SUBSTRAIT_OWN_H

#include "substrait/translate.h"

/* The input with the names of a NamedStruct, whose types it must have. */
enum wd_status
wd__fit(struct translator *t, const struct wd_message *named,
        const struct wd_plan_node **node);

/* The numbers of a field, each below `limit`. */
enum wd_status
wd__numbers(struct translator *t, const struct wd_message *message,
            uint32_t field, uint32_t limit, uint32_t *out_count,
            const uint32_t **out);

/* A checked batch of a schema. */
enum wd_status
wd__read_batch(struct translator *t, const struct wd_message *message,
               const struct wd_schema *schema, struct wd_batch *out);

/* own_lambda.c */

/* Whether a message is a relation with a lambda, over one input or two. */
bool
wd__is_lambda(uint16_t type, bool pair);

enum wd_status
wd__lambda_rel(struct translator *t, const struct wd_message *detail,
               const struct wd_plan_node *left,
               const struct wd_plan_node *right,
               const struct wd_plan_node **out);

enum wd_status
wd__table_function(struct translator *t, const struct wd_message *detail,
                   const struct wd_schema *schema,
                   const struct wd_plan_node **out);

/* own_sql.c: a query whose tables are the inputs of `multi`, an
 * ExtensionMultiRel, or which has none (NULL). */
enum wd_status
wd__sql_rel(struct translator *t, const struct wd_message *detail,
            const struct wd_message *multi, const struct wd_plan_node **out);

#endif
