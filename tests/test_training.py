import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender.embedders.topology import VGG16_LITE, Topology
from recommender.embedders.weight_files import read_safetensors
from training import figures

ROOT = Path(__file__).resolve().parent.parent
# On a line through the origin likeness is 1; the angle to the others grows with the row.
FAN = np.array([[np.cos(a), np.sin(a)] for a in np.radians([0, 1, 3, 6, 10, 15, 21, 80])])


def test_precision_counts_the_five_nearest_without_the_query():
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    # Nearest to row 0: 1, 2, 3, 4, 5, of which two share its label.
    assert figures.precision(FAN, labels, np.array([0])) == pytest.approx(2 / 5)
    # To row 7: 6, 5, 4, 3, 2, of which one does.
    assert figures.precision(FAN, labels, np.array([0, 7])) == pytest.approx((2 / 5 + 1 / 5) / 2)


def test_length_does_not_count():
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    longer = FAN * np.arange(1, 9)[:, None]
    assert figures.precision(longer, labels, np.arange(8)) == figures.precision(
        FAN, labels, np.arange(8)
    )


def test_chance_is_the_share_of_the_others_with_that_label():
    labels = np.array([0, 0, 0, 1])
    assert figures.chance_of_same(labels, np.array([0])) == pytest.approx(2 / 3)
    assert figures.chance_of_same(labels, np.array([3])) == 0


def test_within_a_group_only_its_members_are_neighbours():
    groups = np.array([0, 0, 0, 0, 0, 0, 0, 1])
    labels = np.array([5, 5, 5, 6, 6, 6, 6, 5])
    found, chance = figures.precision_within(FAN, groups, labels, np.array([0, 7]))
    # Row 7 is alone in its group, and left out; row 0 has two of its label among its nearest five,
    # and among its six.
    assert (found, chance) == (pytest.approx(2 / 5), pytest.approx(2 / 6))


def test_copies_are_found_again_when_nothing_is_nearer():
    copies = FAN[[2, 5]] + 0.001
    assert figures.found_again(FAN, copies, np.array([2, 5])) == 1
    assert figures.found_again(FAN, copies, np.array([2, 4])) == 0.5


# With scikit-image, where it is installed --------------------------------------------------------


@pytest.fixture
def skimage():
    return pytest.importorskip("skimage", reason="training/requirements.txt is not installed")


@pytest.mark.parametrize(
    ("family", "shade"),
    [("red", (200, 40, 50)), ("blue", (60, 100, 190)), ("black", (10, 12, 10)),
     ("white", (250, 248, 245)), ("pink", (240, 170, 190)), ("green", (40, 110, 60))],
)  # fmt: skip
def test_the_middle_of_a_picture_has_the_colour_that_people_say(skimage, family, shade):
    from training.colours import FAMILIES, colour_shares

    picture = np.full((1, 40, 40, 3), (230, 200, 60), np.uint8)  # on a yellow ground
    picture[:, 10:30, 10:30] = shade
    [shares] = colour_shares(picture)
    assert shares[list(FAMILIES).index(family)] == pytest.approx(1)


def test_edges_and_colours_weigh_alike(skimage):
    from training.baselines import hog_and_lab

    pictures = np.random.default_rng(1).integers(0, 256, (3, 112, 112, 3), np.uint8)
    described = hog_and_lab(pictures)
    np.testing.assert_allclose(np.linalg.norm(described, axis=1), np.sqrt(2), rtol=1e-5)


def test_an_altered_copy_is_a_smaller_mirrored_jpeg(skimage):
    from training.evaluate import altered

    picture = Image.new("RGB", (100, 50), "black")
    picture.paste("white", (0, 0, 50, 50))
    copy = Image.open(io.BytesIO(altered(picture_bytes_of(picture), np.random.default_rng(0))))
    assert (copy.size, copy.format) == ((80, 40), "JPEG")
    assert copy.getpixel((2, 20)) < (60, 60, 60)
    assert copy.getpixel((78, 20)) > (190, 190, 190)


def picture_bytes_of(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


# With torch, where it is installed ----------------------------------------------------------------


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="training/requirements.txt is not installed")


def test_folding_batch_norm_in_changes_nothing(torch, tmp_path):
    """The saved arrays, computed plainly, give what the network gives when it does not learn."""
    from tests.plain_network import plain_forward
    from training.network import Network, save_weights, to_input

    torch.manual_seed(3)
    topology = Topology(width=1 / 16, side=64, dense=(24, 16))
    network = Network(topology)
    pictures = torch.randint(0, 256, (8, 3, 64, 64)).float()
    for _ in range(3):
        network(to_input(pictures))  # gives the batch norms something to remember
    network.eval()
    with torch.no_grad():
        expected = network(to_input(pictures)).numpy()
    save_weights(network, tmp_path / "small.safetensors", {})
    arrays = read_safetensors(tmp_path / "small.safetensors", topology)
    pixels = pictures[0].permute(1, 2, 0).numpy().astype(np.uint8)
    found = plain_forward(list(arrays.values()), pixels)
    assert expected[0].any()
    # float16 keeps eleven bits of each weight.
    assert np.linalg.norm(found - expected[0]) <= 5e-3 * np.linalg.norm(expected[0])


def test_views_keep_the_size_the_range_and_the_seed(torch):
    from training.augment import augmented

    pictures = torch.randint(0, 256, (6, 3, 144, 144), dtype=torch.uint8)
    torch.manual_seed(1)
    views = augmented(pictures, 112)
    assert views.shape == (6, 3, 112, 112)
    assert views.min() >= 0
    assert views.max() <= 255
    torch.manual_seed(1)
    assert torch.equal(augmented(pictures, 112), views)


@pytest.fixture
def labelled(tmp_path):
    """Enough photos of two categories to train a step on, and some that cannot be read."""
    random = np.random.default_rng(2)
    for category, base in (("red", (200, 30, 30)), ("blue", (30, 30, 200))):
        (tmp_path / "photos" / category).mkdir(parents=True)
        for number in range(30):
            noise = random.integers(0, 50, (40, 30, 3))
            picture = Image.fromarray((np.array(base) + noise).astype(np.uint8))
            picture.save(tmp_path / "photos" / category / f"{category}{number}.png")
    (tmp_path / "photos" / "red" / "broken.jpg").write_bytes(b"no picture")
    return tmp_path / "photos"


def train(photos, work, *arguments):
    command = [sys.executable, "-m", "training.train", str(photos), "--work", str(work)]
    options = ["--shirts", "40", "--epochs", "2", *arguments]
    return subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_folder_of_ones_own_trains_a_network_and_goes_on_where_it_stopped(
    torch, labelled, tmp_path
):
    done = train(labelled, tmp_path / "one")
    assert done.returncode == 0, done.stderr
    weights = tmp_path / "one" / "vgg16-lite.safetensors"
    assert list(read_safetensors(weights, VGG16_LITE)) == list(VGG16_LITE.shapes())
    assert weights.with_suffix(".png").stat().st_size > 10_000
    stopped = train(labelled, tmp_path / "two", "--stop-after", "1")
    assert stopped.returncode == 0, stopped.stderr
    resumed = train(labelled, tmp_path / "two")
    assert "Going on after epoch 1" in resumed.stdout
    losses = [line.split(" seconds")[0] for line in done.stdout.splitlines() if line[0] == "2"]
    assert losses == [
        line.split(" seconds")[0] for line in resumed.stdout.splitlines() if line[0] == "2"
    ]


@pytest.mark.slow
def test_too_few_photos_are_a_sentence(torch, tmp_path):
    (tmp_path / "photos" / "red").mkdir(parents=True)
    done = train(tmp_path / "photos", tmp_path / "work")
    assert done.returncode != 0
    assert "no pictures in folders named by their category" in done.stderr
