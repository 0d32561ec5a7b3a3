"""Many records, some of them in memory at a time."""

BATCH_SIZE = 1000


def in_batches(records, forget=None):
    """Iterate over records by batches. Each is written to the database and forgotten
    before the next one comes, so that memory holds one, however many there are; those
    that fit in one stay in memory.

    :param forget: names of the models to forget, all of them unless given: where
        records that are not saved are at work, those that the batch reads
    """
    ids, env = records.ids, records.env
    for start in range(0, len(ids), BATCH_SIZE):
        yield records.browse(ids[start : start + BATCH_SIZE])
        if len(ids) <= BATCH_SIZE:
            continue
        if forget is None:
            env.invalidate_all()
        else:
            for name in forget:
                env[name].invalidate_model()
