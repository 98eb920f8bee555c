import threading

from pymongo.errors import AutoReconnect

from fiftyone_milvus.heartbeat import Heartbeat


def test_it_goes_on_when_mongodb_was_away_and_ends_when_it_is_stopped():
    twice, beats = threading.Event(), []

    def count():
        beats.append(threading.current_thread())
        if len(beats) == 1:
            raise AutoReconnect("gone for a moment")
        twice.set()

    heartbeat = Heartbeat(0.01, count)
    heartbeat.start()
    assert twice.wait(30)
    heartbeat.stop()
    assert not beats[0].is_alive()
    assert threading.current_thread() not in beats
