"""Invented people: names by region, with the places, zones and languages that go with them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    location: str
    time_zone: str
    languages: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]


def _region(location: str, time_zone: str, languages: str, given: str, family: str) -> Region:
    return Region(location, time_zone, tuple(languages.split()), tuple(given.split()), tuple(family.split()))


REGIONS = (
    _region(
        "London", "Europe/London", "English",
        "Oliver Grace Imogen Theo Harriet Callum Niamh Rowan Zainab Kwame Freya Idris Ottilie Declan Maeve Tunde",
        "Ashworth Bexley Cartwright Davenport Ellison Fairweather Gallagher Hollis Ibekwe Kendrick Lockwood Marsden Nwosu Pemberton",
    ),
    _region(
        "Berlin", "Europe/Berlin", "English German",
        "Lukas Hannah Jonas Mareike Felix Annika Emre Leonie Torben Svenja Matteo Franziska Yusuf Greta Henning Paula",
        "Albrecht Brandt Dietrich Engel Fuchs Grabowski Hartmann Jansen Köhler Lindner Meisner Okyay Petersen Richter Vogel",
    ),
    _region(
        "Bengaluru", "Asia/Kolkata", "English Hindi Kannada",
        "Arjun Kavya Rohan Meera Vikram Ananya Nikhil Sunita Farhan Lakshmi Dev Ishita Karthik Pooja Imran Revathi",
        "Acharya Bhat Chatterjee Desai Gowda Iyer Joshi Kulkarni Menon Nair Pillai Rao Shetty Talwar Venkatesan",
    ),
    _region(
        "Toronto", "America/Toronto", "English French",
        "Nathan Chloé Marcus Élodie Priscilla Julien Tamara Wesley Simone Hugo Danielle Andre Mireille Quinn Bianca Omar",
        "Beaulieu Campbell Dubois Fraser Gagnon Hughes Kowalchuk Leblanc MacLeod Nguyen Ouellet Patel Roy Singh Tremblay",
    ),
    _region(
        "São Paulo", "America/Sao_Paulo", "English Portuguese",
        "Rafael Beatriz Thiago Larissa Gustavo Camila Murilo Juliana Caio Fernanda Otávio Helena Renan Isadora Davi Letícia",
        "Almeida Barros Cardoso Duarte Esteves Fonseca Guimarães Lacerda Macedo Nogueira Peixoto Queiroz Rocha Siqueira Teixeira",
    ),
)  # fmt: skip

UNITS = ("Finance", "Product", "Engineering", "Sales", "People", "Operations", "Legal", "Research")

TITLES = {
    1: "{unit} intern", 2: "Junior {unit} analyst", 3: "{unit} analyst", 4: "Senior {unit} analyst",
    5: "{unit} lead", 6: "{unit} manager", 7: "Director of {unit}", 8: "Vice president, {unit}",
}  # fmt: skip
