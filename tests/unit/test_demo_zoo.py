"""Which zoo models there are for an index, and which of them can be loaded here."""

from plugin.app import zoo_models


def test_a_model_has_its_size_its_licence_and_what_it_can():
    found = {model.name: model for model in zoo_models.models()}
    clip = found["clip-vit-base32-torch"]
    assert clip.supports_prompts and clip.license == "MIT"
    assert clip.size_bytes == 353976522 and clip.missing_packages == ()
    assert not found["alexnet-imagenet-torch"].supports_prompts


def test_what_a_model_lacks_is_reported_by_version_and_by_alternatives():
    assert zoo_models._is_met(["nobody-has-this", "torch"])
    assert not zoo_models._is_met(["nobody-has-this"])
    assert not zoo_models._is_met(["torch>=999"])
    assert not zoo_models._is_met(["not a requirement"])


def test_what_cannot_be_loaded_here_comes_last():
    lacking = [bool(model.missing_packages) for model in zoo_models.models()]
    assert lacking == sorted(lacking)


def test_no_model_is_proposed_that_would_have_to_be_downloaded():
    assert zoo_models.default_model() is None or zoo_models.default_model() in {
        model.name for model in zoo_models.models() if model.downloaded
    }
