/* Settings files of the usage daemon, for programs that read their own. */
#include "config.h"

#include "conf.h"

#include <stddef.h>

#include "api/api.h"
#include "base/labels.h"

static config_t *
read_path(const char *path)
{
	const struct vpop *vp = vp_api_handle();
	unsigned long line;

	return vp ? vp_labels_read(vp->etc, path, &line) : NULL;
}

VPOP_EXPORT config_t *
config_begin(const char *filename)
{
	const struct vpop *vp = vp_api_handle();
	AUTO_FREE char *path =
	    vp && filename ? vp_labels_path(vp->etc, filename) : NULL;

	return path ? read_path(path) : NULL;
}

VPOP_EXPORT config_t *
config_read(char *filename)
{
	return filename ? read_path(filename) : NULL;
}

VPOP_EXPORT void
config_kill(config_t *config)
{
	vp_labels_free(config);
}

VPOP_EXPORT char *
config_fetch_by_name(config_t *config, char *label, char *name)
{
	return config && label && name ? vp_labels_get(config, label, name)
				       : NULL;
}

VPOP_EXPORT char *
config_fetch_by_num(config_t *config, char *label, int num)
{
	const config_label_t *found =
	    config && label ? vp_label_find(config->labels, label) : NULL;
	const config_atom_t *atom = found ? found->atoms : NULL;

	if (num < 1)
		return NULL;
	while (atom && --num > 0)
		atom = atom->next;
	return atom ? atom->data : NULL;
}

VPOP_EXPORT int
config_reference(config_t *config, char *label)
{
	if (!config || !label)
		return 0;
	*vp_labels_chosen(config) = vp_label_find(config->labels, label);
	return *vp_labels_chosen(config) != NULL;
}

VPOP_EXPORT int
config_next_reference(config_t *config)
{
	const config_label_t **chosen =
	    config ? vp_labels_chosen(config) : NULL;

	if (!chosen || !*chosen)
		return 0;
	*chosen = vp_label_find((*chosen)->next, (*chosen)->name);
	return *chosen != NULL;
}

VPOP_EXPORT char *
config_fetch(config_t *config, char *name)
{
	const config_label_t **chosen =
	    config ? vp_labels_chosen(config) : NULL;

	return chosen && *chosen && name ? vp_label_value(*chosen, name) : NULL;
}
