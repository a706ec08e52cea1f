/* Reports as JSON: for tools only, never for programs of the hot path. */
#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <time.h>

/* Text as a JSON string; text that is not UTF-8 is taken as Latin-1. */
json_t *cli_json_text(const char *text);
/* A time as text of RFC 3339 in UTC; null for 0. */
json_t *cli_json_time(time_t when);
/* Names of the set account flags. */
json_t *cli_json_bits(uint32_t bits);
/* object[name] = value, which is taken; ends the program without memory. */
void cli_json_put(json_t *object, const char *name, json_t *value);
void cli_json_add(json_t *array, json_t *value);
json_t *cli_json_object(void);
json_t *cli_json_array(void);
/* Print on a line of its own and release. */
void cli_json_print(json_t *value);

#endif
