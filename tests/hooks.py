"""Plays an integrator: overrides a method as an addon that inherits its model does."""

from functools import partial, partialmethod


def _call(records, original, extension, *args, **kwargs):
    return extension(records, partial(original, records), *args, **kwargs)


class Extending:
    """For a test case: overrides that last as long as its test."""

    def _extend(self, model, name, extension):
        """Override a method of a model.

        :param extension: function of ``self``, of the original (what ``super()`` would
            be) and of the arguments
        """
        owner = type(self.env[model])
        self.patch(owner, name, partialmethod(_call, getattr(owner, name), extension))
