"""Who answers for a stack, and who may administer it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from stacks.settings.base import NOBODY, Id, PublicKey, Section, unique

Classification = Literal["PUBLIC", "OFFICIAL", "OFFICIAL-SENSITIVE"]


class Tags(Section):
    """What every resource is labelled with, so that its cost and its data have an owner."""

    owner: str = Field(min_length=2, max_length=256, description="The team that answers for it.")
    cost_centre: str = Field(min_length=1, max_length=256, description="The ledger code that pays.")
    classification: Classification = Field(default="OFFICIAL", description="The highest of the data held.")
    contract: str = Field(default="", max_length=256, description="Reference of the contract it is bought under.")
    personal_data: bool = Field(default=False, description="Whether it holds data about people.")
    ropa_ref: str = Field(
        default="", max_length=256, description="Entry in the record of processing; needed with personal data."
    )
    special_category: bool = Field(default=False, description="Whether any of it is special category data.")
    dpia_ref: str = Field(
        default="", max_length=256, description="Impact assessment; needed with special category data."
    )
    end_date: date = Field(description="When it ends or is looked at again.")

    @model_validator(mode="after")
    def _references(self) -> Self:
        if self.personal_data and not self.ropa_ref:
            raise ValueError("personal_data needs ropa_ref, the entry in the record of processing")
        if self.special_category and not self.dpia_ref:
            raise ValueError("special_category needs dpia_ref, the data protection impact assessment")
        return self


class AdminGroup(Section):
    """An Entra group whose members administer the stack. People are members of groups, never named here."""

    name: str = Field(min_length=1, description="The group's display name.")
    object_id: Id = Field(description="The group's object id.")


class Person(Section):
    """One person, where access is by name: to a stack that was made for one incident."""

    name: str = Field(min_length=1, description="The person's user name in Entra.")
    object_id: Id = Field(description="The person's object id.")


@dataclass(frozen=True)
class Principal:
    """Whom a role is given to, as Azure tells them."""

    name: str
    object_id: str
    type: Literal["Group", "User"]


class Access(Section):
    """Who may administer, and how."""

    admins: AdminGroup | None = Field(
        default=None, description="The administrators' group; needed by all kinds but incident."
    )
    people: tuple[Person, ...] = Field(
        default=(), description="The people who look into an incident, by name; needed by that kind alone."
    )
    ssh_public_key: PublicKey = Field(
        default="", description="Public key of the break-glass account on the VMs. Needed to build VMs."
    )
    bastion: bool = Field(default=True, description="Whether there is a Bastion to reach the VMs through.")

    @model_validator(mode="after")
    def _once(self) -> Self:
        unique("person", [one.object_id for one in self.people if one.object_id != NOBODY])
        return self

    @property
    def principals(self) -> tuple[Principal, ...]:
        """Who has access: a group, or people."""
        group = [Principal(self.admins.name, self.admins.object_id, "Group")] if self.admins else []
        return (*group, *(Principal(one.name, one.object_id, "User") for one in self.people))
