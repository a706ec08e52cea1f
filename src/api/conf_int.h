/* conf.c for the other files of the old interface. */
#ifndef API_CONF_INT_H
#define API_CONF_INT_H

#include "conf.h"

/* The path that a name of a settings file stands for, malloc'd; NULL. */
char *vp_api_conf_path(const char *name);
/* NULL if there is no such file or it cannot be understood. */
config_t *vp_api_conf_read(const char *path);
void vp_api_conf_free(config_t *config);
/* The first value, or NULL. */
char *vp_api_conf_get(
    const config_t *config, const char *label, const char *name);

/* ippp_parse. */
struct sockaddr_in;
int vp_api_address(const char *pair, struct sockaddr_in *ret);

#endif
