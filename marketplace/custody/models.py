from django.db import models


class SigningKey(models.Model):
    """A public key that the market signs or has signed with; published for good."""

    public_key = models.CharField(max_length=64, unique=True)
    #: Null for the first one: in use since the market began.
    in_use_from = models.DateTimeField(null=True)
    in_use_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        db_table = "core_signingkey"

    def __str__(self) -> str:
        return self.public_key
