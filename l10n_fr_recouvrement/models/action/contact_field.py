"""Addresses and numbers as people type them into one field: a pure kernel.

Several of them, a comma for a dot, a domain without its end: what cannot be sent to is
known before anything leaves.
"""

import re

# What people write between two addresses.
SEPARATORS = r"[;,\s/|]+"
LOCAL = r"[^\s@<>()\[\],;:\"\\/|.]+(?:\.[^\s@<>()\[\],;:\"\\/|.]+)*"
LABEL = r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?"
ADDRESS = re.compile(
    rf"{LOCAL}@(?:{LABEL}\.)+(?:[^\W\d_]{{2,63}}|xn--[a-z0-9-]+)", re.I
)
BRACKETS = re.compile(r"<([^<>]*)>")
# A French number, and the others by their international prefix.
FRENCH = r"(?:(?:\+|00)33\s*(?:\(0\))?[\s.-]*0?|0)[1-9](?:[\s./-]*\d\d){4}(?!\d)"
FOREIGN = r"(?:\+|00)(?!33)(?:[\s./()-]*\d){8,15}(?!\d)"
NUMBER = re.compile(rf"{FRENCH}|{FOREIGN}")


def split_emails(text):
    """Addresses of an e-mail field, and whether all that is in it are such.

    >>> split_emails("Compta@Client.example.com")
    (['Compta@Client.example.com'], True)
    >>> split_emails("a@client.example.com / b@client.example.com")
    (['a@client.example.com', 'b@client.example.com'], True)
    >>> split_emails("Compta, Client <compta@client.example.com>")
    (['compta@client.example.com'], True)
    >>> split_emails("compta@client"), split_emails("compta@client,example.com")
    (([], False), ([], False))
    """
    text = (text or "").strip()
    found = BRACKETS.findall(text)
    tokens = found or re.split(SEPARATORS, text)
    tokens = [token.strip() for token in tokens if token.strip()]
    addresses = list(filter(ADDRESS.fullmatch, tokens))
    return addresses, len(addresses) == len(tokens)


def split_numbers(text):
    """Telephone numbers of a field, each once; the whole where it looks like none.

    >>> split_numbers("06/12/34/56/78")
    ['06/12/34/56/78']
    >>> split_numbers("06 12 34 56 78 / 06.98.76.54.32")
    ['06 12 34 56 78', '06.98.76.54.32']
    >>> split_numbers("0612345678 0698765432")
    ['0612345678', '0698765432']
    >>> split_numbers("12"), split_numbers("")
    (['12'], [])
    """
    text = (text or "").strip()
    found = NUMBER.findall(text)
    return list(dict.fromkeys(found)) or ([text] if text else [])
