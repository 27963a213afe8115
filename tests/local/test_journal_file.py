"""The journal file: group commit, torn lines, disk errors."""

import os
import threading

import pytest

from local.dynamodb.journal import Journal, JournalEntry, JournalFailed


def test_one_sync_serves_many_writers(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "journal.jsonl")
    list(journal.load())
    real, syncs, first = os.fsync, [], threading.Event()

    def slow(fd):
        syncs.append(fd)
        first.set()
        threading.Event().wait(0.05)
        real(fd)

    monkeypatch.setattr(os, "fsync", slow)
    lock = threading.Lock()

    def write():
        with lock:
            position = journal.append(JournalEntry(sequence=1))
        journal.commit(position)

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(syncs) <= 4
    journal.close()


def test_torn_line_is_cut_off_before_the_next_is_written(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    assert [entry.format for entry in journal.load()] == [1]
    for number in (1, 2):
        journal.commit(journal.append(JournalEntry(sequence=number)))
    journal.close()
    path.write_bytes(path.read_bytes()[:-4])
    for expected in ([1], [1, 3]):
        journal = Journal(path)
        assert [entry.sequence for entry in journal.load()][1:] == expected
        journal.commit(journal.append(JournalEntry(sequence=3)))
        journal.close()


def test_append_after_a_failure_raises(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "journal.jsonl")
    list(journal.load())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(JournalFailed):
            journal.append(JournalEntry(sequence=1))
    with pytest.raises(JournalFailed):
        journal.append(JournalEntry(sequence=1))
    journal.close()
