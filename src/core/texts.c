/* Lists of texts of the public interface. */
#include "config.h"

#include "vpop_delivery.h"

#include <stdlib.h>
#include <string.h>

int
vpop_texts_add(struct vpop_texts *texts, const char *text)
{
	/* Room grows at powers of two. */
	if ((texts->count & (texts->count - 1)) == 0) {
		size_t room = texts->count ? 2 * texts->count : 1;
		void *more =
		    reallocarray(texts->text, room, sizeof *texts->text);

		if (!more)
			return -1;
		texts->text = more;
	}
	texts->text[texts->count] = strdup(text);
	if (!texts->text[texts->count])
		return -1;
	texts->count++;
	return 0;
}

void
vpop_texts_clear(struct vpop_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->text[i]);
	free(texts->text);
	*texts = (struct vpop_texts){ .count = 0 };
}
