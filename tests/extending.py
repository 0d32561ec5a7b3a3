"""Standing in for an addon that overrides a method."""


class Extending:
    """A test that plays an integrator; see :meth:`_extend`."""

    def _extend(self, model, name, method):
        """Override a method of a model for the time of the test.

        :param method: function of ``original``, which calls ``super()`` with the same
            arguments, then of these arguments, ``self`` first
        """
        model_class = type(self.env[model])
        overridden = getattr(model_class, name)
        self.patch(
            model_class,
            name,
            lambda *args, **more: method(
                lambda: overridden(*args, **more), *args, **more
            ),
        )
